namespace Commerce.Pricing;

/// <summary>Everything that is wrong with one document, gathered, so that whoever wrote it learns all of it at once.</summary>
internal sealed class Faults
{
    /// <summary>More than these are not told.</summary>
    private const int Most = 50;

    private const int MaxId = 64, MaxSku = 64, MaxWord = 128;

    private readonly ImmutableArray<Fault>.Builder found = ImmutableArray.CreateBuilder<Fault>();

    public ImmutableArray<Fault> Found => found.ToImmutable();

    /// <summary>Of several things that are wrong with a field the first is told.</summary>
    public void Must(bool holds, string pointer, string remedy, string code = "invalid-value")
    {
        if (!holds && found.Count < Most && found.All(f => f.Pointer != pointer))
        {
            found.Add(new Fault(pointer, code, remedy));
        }
    }

    public void Id(string? id, string pointer) => Must(
        id is { Length: > 0 and <= MaxId } && id[0] != '-' && id.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'),
        pointer,
        $"An id has 1 to {MaxId} lower-case letters, digits and dashes, as summer-sale.");

    public void Text(string? text, int most, string pointer) =>
        Must(!string.IsNullOrWhiteSpace(text) && text.Length <= most && !text.Any(char.IsControl), pointer, $"Write 1 to {most} characters on one line.");

    /// <param name="whole">Whether everything may be taken off.</param>
    public void Fraction(decimal fraction, string pointer, bool whole = true) => Must(
        fraction > 0 && (whole ? fraction <= 1 : fraction < 1), pointer, $"{fraction} is no fraction above 0 and up to 1. Write 0.10 for 10 %.");

    public void Quantity(int quantity, int least, string pointer) =>
        Must(quantity >= least && quantity <= 1_000_000, pointer, $"{quantity} is not within {least} to 1,000,000 units.", "invalid-quantity");

    public void Window(DateTimeOffset? from, DateTimeOffset? until, string pointer) =>
        Must(from is null || until is null || from < until, $"{pointer}/until", "The end is not after the beginning. Correct one of them.");

    public void Currency(string? currency, string pointer) =>
        Must(currency is not null && Commerce.Currency.IsKnown(currency), pointer, "A currency is an ISO 4217 code in capital letters, as EUR.", "unknown-currency");

    /// <summary>Amounts by currency: each above zero, each currency once.</summary>
    public void Amounts(ImmutableArray<Money> amounts, string pointer, bool required = true)
    {
        Must(!required || !amounts.IsEmpty, pointer, "Write an amount for each currency, as {\"amount\": 500, \"currency\": \"EUR\"}.", "required");
        for (var i = 0; i < amounts.Length; i++)
        {
            Must(amounts[i].Amount > 0, $"{pointer}/{i}/amount", $"{amounts[i].Amount} is not above zero. Write minor units, as 500 for 5.00.", "invalid-amount");
            Currency(amounts[i].Currency, $"{pointer}/{i}/currency");
        }

        Must(amounts.Select(a => a.Currency).Distinct(StringComparer.Ordinal).Count() == amounts.Length, pointer, "A currency has two amounts. Keep one.");
    }

    public void Channel(string? channel, IChannels channels, string pointer) => Must(
        channel is not null && channels.All.ContainsKey(channel),
        pointer,
        $"There is no such channel. The shop has {string.Join(", ", channels.All.Keys.Order(StringComparer.Ordinal))}.",
        "unknown-channel");

    public void Countries(ImmutableArray<string> countries, string pointer)
    {
        Few(countries, 250, pointer);
        for (var i = 0; i < countries.Length; i++)
        {
            Must(countries[i] is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'], $"{pointer}/{i}", "A country is an ISO 3166-1 code of two capital letters, as DE.");
        }
    }

    public void Ids(ImmutableArray<string> ids, int most, string pointer)
    {
        Few(ids, most, pointer);
        for (var i = 0; i < ids.Length; i++)
        {
            Id(ids[i], $"{pointer}/{i}");
        }
    }

    public void Sku(string? sku, string pointer) => Must(
        sku is { Length: > 0 and <= MaxSku } && !sku.AsSpan().ContainsAnyExceptInRange('!', '~'), pointer, $"A SKU has 1 to {MaxSku} printable characters and no space.");

    public void Items(ItemSelector? items, string pointer)
    {
        if (items is null)
        {
            return;
        }

        Skus(items.Skus, $"{pointer}/skus");
        Words(items.Products, $"{pointer}/products");
        Words(items.Categories, $"{pointer}/categories");
        Words(items.Tags, $"{pointer}/tags");
        Skus(items.ExceptSkus, $"{pointer}/exceptSkus");
    }

    public void Few<T>(ImmutableArray<T> list, int most, string pointer) => Must(list.Length <= most, pointer, $"{list.Length} are too many. Name {most} at the most.", "too-long");

    private void Skus(ImmutableArray<string> skus, string pointer)
    {
        Few(skus, 500, pointer);
        for (var i = 0; i < skus.Length; i++)
        {
            Sku(skus[i], $"{pointer}/{i}");
        }
    }

    private void Words(ImmutableArray<string> words, string pointer)
    {
        Few(words, 500, pointer);
        for (var i = 0; i < words.Length; i++)
        {
            Text(words[i], MaxWord, $"{pointer}/{i}");
        }
    }
}
