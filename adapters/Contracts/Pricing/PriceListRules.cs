namespace Commerce.Pricing;

/// <summary>What a price list has to be like, whoever writes it. Pure.</summary>
public static class PriceListRules
{
    private const int MaxPrices = 50, MaxCustomer = 200;

    /// <summary>Everything that is wrong with it; empty when nothing is.</summary>
    public static ImmutableArray<Fault> Check(PriceList list, IChannels channels)
    {
        var faults = new Faults();
        faults.Id(list.Id, "/id");
        faults.Channel(list.Channel, channels, "/channel");
        faults.Currency(list.Currency, "/currency");
        if (channels.All.TryGetValue(list.Channel, out var channel))
        {
            faults.Must(
                channel.Currencies.Contains(list.Currency, StringComparer.Ordinal),
                "/currency",
                $"The channel '{list.Channel}' sells in {string.Join(", ", channel.Currencies)}. Name one of them.",
                "currency-mismatch");
        }

        if (list.Customer is { } customer)
        {
            faults.Text(customer, MaxCustomer, "/customer");
        }

        if (list.CustomerGroup is { } group)
        {
            faults.Id(group, "/customerGroup");
        }

        faults.Must(list.Customer is null || list.CustomerGroup is null, "/customerGroup", "A list is for a customer or for a group. Leave one of them out.");
        faults.Countries(list.Countries, "/countries");
        faults.Window(list.From, list.Until, "");
        faults.Must(list.Priority is >= -1_000_000 and <= 1_000_000, "/priority", "A priority is within -1,000,000 and 1,000,000.");
        Prices(list.Prices, faults, mayBeEmpty: false);

        return faults.Found;
    }

    /// <summary>What is wrong with changes of single prices. A SKU without prices is no longer in the list.</summary>
    public static ImmutableArray<Fault> Check(ImmutableDictionary<string, ImmutableArray<ListedPrice>> prices)
    {
        var faults = new Faults();
        faults.Must(!prices.IsEmpty, "/prices", "Name at least one SKU.", "required");
        Prices(prices, faults, mayBeEmpty: true);

        return faults.Found;
    }

    /// <summary>What is wrong with a group of customers.</summary>
    public static ImmutableArray<Fault> Check(CustomerGroup group)
    {
        var faults = new Faults();
        faults.Id(group.Id, "/id");
        for (var i = 0; i < group.Customers.Length; i++)
        {
            faults.Text(group.Customers[i], MaxCustomer, $"/customers/{i}");
        }

        return faults.Found;
    }

    private static void Prices(ImmutableDictionary<string, ImmutableArray<ListedPrice>> all, Faults faults, bool mayBeEmpty)
    {
        foreach (var (sku, prices) in all)
        {
            var at = $"/prices/{sku.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            faults.Sku(sku, at);
            faults.Must(mayBeEmpty || !prices.IsEmpty, at, "Write minor units, as 1295 for 12.95.", "required");
            faults.Few(prices, MaxPrices, at);
            for (var i = 0; i < prices.Length; i++)
            {
                var (price, place) = (prices[i], prices.Length == 1 ? at : $"{at}/{i}");
                faults.Must(price.Amount is >= 0 and <= 1_000_000_000_000, $"{place}/amount", $"{price.Amount} is not within 0 and 1,000,000,000,000. Write minor units, as 1295 for 12.95.", "invalid-amount");
                faults.Quantity(price.FromQuantity, 1, $"{place}/fromQuantity");
                faults.Must(price.CompareAt is null || price.CompareAt > price.Amount, $"{place}/compareAt", "What it cost before is more than what it costs. Correct it, or leave it out.", "invalid-amount");
                faults.Window(price.From, price.Until, place);
            }

            faults.Must(prices.DistinctBy(p => (p.FromQuantity, p.From)).Count() == prices.Length, at, "Two prices count from the same quantity and moment. Keep one.");
        }
    }
}
