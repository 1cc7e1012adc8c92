using System.Globalization;
using System.Text.Json;
using Commerce.Carts;

namespace Commerce.Requests;

/// <summary>One object of a body, read field by field. What is wrong is gathered, so that the caller learns all of it at once.</summary>
/// <remarks>A reader that fails returns a placeholder; the whole body is refused by <see cref="BodyErrors.Throw"/> before anything uses it.</remarks>
internal sealed class Fields(JsonElement element, string pointer, BodyErrors errors)
{
    /// <summary>Longest number that is looked at; no field needs more digits.</summary>
    private const int MaxNumber = 64;

    private readonly bool isObject = element.ValueKind is JsonValueKind.Object || (element.ValueKind is JsonValueKind.Undefined ? true : errors.Add(pointer, "invalid-value", "This must be an object."));

    private readonly List<string> known = [];

    /// <summary>Whether the text has control characters or halves of surrogate pairs.</summary>
    public static bool HasControl(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]) || (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i]))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the field is there and not null.</summary>
    public bool Has(string name) => Find(name, out _);

    /// <summary>The names of all fields, for an object whose names are the caller's to choose.</summary>
    public IReadOnlyList<string> Names => isObject && element.ValueKind is JsonValueKind.Object ? [.. element.EnumerateObject().Select(property => property.Name)] : [];

    public string Required(string name, int maxLength)
    {
        var text = Optional(name, maxLength);
        if (text is null or "" && !errors.Has(At(name)))
        {
            errors.Add(At(name), "required", $"'{name}' is required.");
        }

        return text ?? "";
    }

    /// <summary>A text, trimmed of nothing; null when absent.</summary>
    public string? Optional(string name, int maxLength)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        if (value.ValueKind is not JsonValueKind.String)
        {
            errors.Add(At(name), "invalid-value", $"'{name}' is a text.");
            return null;
        }

        var text = TextOf(value);
        if (text is null || HasControl(text))
        {
            errors.Add(At(name), "invalid-value", $"'{name}' has characters that are no text.");
            return null;
        }

        if (text.Length > maxLength)
        {
            errors.Add(At(name), "too-long", $"'{name}' has {maxLength} characters at the most.");
            return null;
        }

        return text;
    }

    /// <summary>A text that people write freely: card numbers are refused in it.</summary>
    public string? FreeText(string name, int maxLength)
    {
        var text = Optional(name, maxLength);
        return text is not null && AccountData.IsIn(text) ? Refuse(name) : text;
    }

    /// <summary>A JSON integer from 1 to the most that a line takes.</summary>
    public int Quantity(string name)
    {
        if (!Find(name, out var value))
        {
            errors.Add(At(name), "required", $"'{name}' is required.");
            return 0;
        }

        if (Whole(value) is >= 1 and <= CartErrors.MaxQuantity and var quantity)
        {
            return (int)quantity;
        }

        errors.Add(At(name), "invalid-quantity", $"A quantity is a whole number from 1 to {CartErrors.MaxQuantity}.");
        return 0;
    }

    /// <summary>Units of stock: up or, where <paramref name="signed"/>, down.</summary>
    public int Units(string name, bool signed)
    {
        const int most = 100_000_000;
        if (!Find(name, out var value))
        {
            errors.Add(At(name), "required", $"'{name}' is required.");
            return 0;
        }

        if (Whole(value) is { } units && units is not 0 && units <= most && units >= (signed ? -most : 1))
        {
            return (int)units;
        }

        errors.Add(At(name), "invalid-quantity", signed ? $"A whole number up to {most}, up or down, not 0." : $"A whole number from 1 to {most}.");
        return 0;
    }

    /// <summary>A JSON integer between two bounds; null when absent.</summary>
    public long? Whole(string name, long least, long most)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        if (Whole(value) is { } number && number >= least && number <= most)
        {
            return number;
        }

        errors.Add(At(name), "invalid-value", $"'{name}' is a whole number from {least} to {most}.");
        return null;
    }

    /// <summary>A JSON number between two bounds, read exactly; null when absent.</summary>
    public decimal? Number(string name, decimal least, decimal most)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        if (Exact(value) is { } number && number >= least && number <= most)
        {
            return number;
        }

        errors.Add(At(name), "invalid-value", $"'{name}' is a number from {least} to {most}.");
        return null;
    }

    /// <summary>A list of numbers between two bounds; default when absent.</summary>
    public ImmutableArray<decimal> Numbers(string name, int count, decimal least, decimal most)
    {
        if (!Find(name, out var value))
        {
            return default;
        }

        if (value.ValueKind is JsonValueKind.Array && value.GetArrayLength() <= count
            && value.EnumerateArray().Select(Exact).ToArray() is var numbers && Array.TrueForAll(numbers, n => n >= least && n <= most))
        {
            return [.. numbers.Select(n => n!.Value)];
        }

        errors.Add(At(name), "invalid-value", $"'{name}' is a list of {count} numbers at the most, each from {least} to {most}.");
        return default;
    }

    /// <summary>A list of texts, at least one and none twice.</summary>
    public ImmutableArray<string> Words(string name, int most, int maxLength)
    {
        if (Find(name, out var value) && value.ValueKind is JsonValueKind.Array && value.GetArrayLength() is > 0 and var count && count <= most
            && value.EnumerateArray().Select(static item => item.ValueKind is JsonValueKind.String ? TextOf(item) : null).ToArray() is var words
            && Array.TrueForAll(words, word => word is { Length: > 0 } && word.Length <= maxLength && !HasControl(word)) && words.Distinct(StringComparer.Ordinal).Count() == count)
        {
            return [.. words!];
        }

        errors.Add(At(name), "invalid-value", $"'{name}' is a list of 1 to {most} texts, none twice, each up to {maxLength} characters long.");
        return [];
    }

    /// <summary>A time with its offset (RFC 3339).</summary>
    public DateTimeOffset Moment(string name)
    {
        var text = Required(name, 40);
        if (DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond));
        }

        Wrong(name, "invalid-value", $"'{name}' is a time as in 2026-01-31T12:00:00Z.");
        return default;
    }

    /// <summary>True or false; null when absent.</summary>
    public bool? Flag(string name)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        errors.Add(At(name), "invalid-value", $"'{name}' is true or false.");
        return null;
    }

    /// <summary>One of some words; null when absent.</summary>
    public T? Choice<T>(string name, IReadOnlyDictionary<string, T> words)
        where T : struct
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.String && TextOf(value) is { } word && words.TryGetValue(word, out var chosen))
        {
            return chosen;
        }

        errors.Add(At(name), "invalid-value", $"'{name}' is one of {string.Join(", ", words.Keys)}.");
        return null;
    }

    public string? CurrencyCode(string name)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.String && TextOf(value) is { } code && Currency.IsKnown(code))
        {
            return code;
        }

        errors.Add(At(name), "unknown-currency", "A currency is an ISO 4217 code in capital letters.");
        return null;
    }

    /// <summary>An amount above zero; null when absent.</summary>
    public Money? PositiveMoney(string name)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        if (value.ValueKind is not JsonValueKind.Object)
        {
            errors.Add(At(name), "invalid-amount", "An amount is {\"amount\": minor units, \"currency\": code}.");
            return null;
        }

        var money = new Fields(value, At(name), errors);
        var amount = money.Find("amount", out var number) ? Whole(number) : null;
        if (amount is not > 0)
        {
            errors.Add(At(name) + "/amount", "invalid-amount", "An amount is a whole number of minor units above zero.");
        }

        var currency = money.CurrencyCode("currency");
        if (currency is null && !errors.Has(At(name) + "/currency"))
        {
            errors.Add(At(name) + "/currency", "unknown-currency", "An amount needs its currency.");
        }

        money.NothingElse();
        return new Money(amount ?? 0, currency ?? "");
    }

    /// <summary>An object inside this one; null when absent.</summary>
    public Fields? Inner(string name) => Find(name, out var value) ? new Fields(value, At(name), errors) : null;

    /// <summary>An object of texts whose names are somebody else's; empty when absent. Card data is refused in names and in texts.</summary>
    public ImmutableDictionary<string, string> Texts(string name, int most, int maxTotal)
    {
        if (!Find(name, out var value))
        {
            return ImmutableDictionary<string, string>.Empty;
        }

        var (inner, texts, total) = (new Fields(value, At(name), errors), ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal), 0);
        foreach (var property in value.ValueKind is JsonValueKind.Object ? value.EnumerateObject() : default)
        {
            if (AccountData.IsIn(property.Name) || AccountData.IsName(property.Name))
            {
                inner.Unknown(property);
            }
            else if (inner.FreeText(property.Name, maxTotal) is { } text)
            {
                texts[property.Name] = text;
                total += property.Name.Length + text.Length;
            }
        }

        if (texts.Count > most || total > maxTotal)
        {
            errors.Add(At(name), "too-long", $"'{name}' has {most} texts at the most, and {maxTotal} characters in all.");
        }

        return texts.ToImmutable();
    }

    /// <summary>A list of objects, each read by <paramref name="read"/>; empty when absent.</summary>
    public ImmutableArray<T> List<T>(string name, int most, string tooMany, Func<Fields, T> read)
    {
        if (!Find(name, out var value))
        {
            return [];
        }

        if (value.ValueKind is not JsonValueKind.Array)
        {
            errors.Add(At(name), "invalid-value", $"'{name}' is a list.");
            return [];
        }

        var count = value.GetArrayLength();
        if (count > most)
        {
            errors.Add(At(name), tooMany, $"'{name}' has {most} items at the most.");
            return [];
        }

        var items = ImmutableArray.CreateBuilder<T>(count);
        foreach (var item in value.EnumerateArray())
        {
            items.Add(read(new Fields(item, $"{At(name)}/{items.Count}", errors)));
        }

        return items.MoveToImmutable();
    }

    /// <summary>Every field that was not asked for is refused.</summary>
    public void NothingElse()
    {
        if (!isObject || element.ValueKind is JsonValueKind.Undefined)
        {
            return;
        }

        foreach (var property in element.EnumerateObject())
        {
            if (!IsKnown(property))
            {
                Unknown(property);
            }
        }
    }

    /// <summary>Adds what is wrong with a field beyond its type.</summary>
    public void Wrong(string name, string code, string detail)
    {
        if (!errors.Has(At(name)))
        {
            errors.Add(At(name), code, detail);
        }
    }

    /// <summary>Refuses the field as card data, and forgets its content.</summary>
    public string? Refuse(string name)
    {
        errors.Add(At(name), "account-data-refused", "Card numbers are never sent here.");
        return null;
    }

    /// <summary>The kind of JSON value that the field has.</summary>
    public JsonValueKind KindOf(string name) => Find(name, out var value) ? value.ValueKind : JsonValueKind.Undefined;

    private static long? Whole(JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Number)
        {
            return null;
        }

        if (value.TryGetInt64(out var number))
        {
            return number;
        }

        return value.GetRawText().Length > MaxNumber ? throw new Refusal("malformed-json", $"A number in the body has more than {MaxNumber} characters.") : null;
    }

    private static decimal? Exact(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number && value.GetRawText().Length <= MaxNumber && value.TryGetDecimal(out var number) ? number : null;

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair
        }
    }

    private bool Find(string name, out JsonElement value)
    {
        if (!known.Contains(name))
        {
            known.Add(name);
        }

        value = default;
        return element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out value) && value.ValueKind is not JsonValueKind.Null;
    }

    private bool IsKnown(JsonProperty property)
    {
        foreach (var name in known)
        {
            if (property.NameEquals(name))
            {
                return true;
            }
        }

        return false;
    }

    private void Unknown(JsonProperty property)
    {
        string name;
        try
        {
            name = property.Name;
        }
        catch (InvalidOperationException)
        {
            throw new Refusal("malformed-json", "A name in the body is no valid text.");
        }

        if (AccountData.IsIn(name))
        {
            errors.Add(pointer, "account-data-refused", "Card numbers are never sent here.");
        }
        else if (AccountData.IsName(name))
        {
            errors.Add(At(name), "account-data-refused", "Card data is never sent here.");
        }
        else
        {
            errors.Add(At(name.Length <= 64 && !HasControl(name) ? name : "…"), "unknown-field", "There is no such field.");
        }
    }

    private string At(string name) => $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}

/// <summary>Everything that is wrong with one body.</summary>
internal sealed class BodyErrors
{
    /// <summary>More than these are not told; the body is refused all the same.</summary>
    private const int Most = 50;

    private readonly List<FieldError> errors = [];

    /// <returns>Always false, so that a condition can end in it.</returns>
    public bool Add(string pointer, string code, string detail)
    {
        if (errors.Count < Most || code == "account-data-refused")
        {
            errors.Add(new FieldError(pointer, code, detail));
        }

        return false;
    }

    public bool Has(string pointer) => errors.Exists(error => error.Pointer == pointer);

    /// <summary>Refuses the body if anything is wrong with it; card data is what matters most, else the first thing found gives the code.</summary>
    public void Throw()
    {
        if (errors is not [])
        {
            var first = errors.Find(static error => error.Code == "account-data-refused") ?? errors[0];
            throw new Refusal(first.Code, errors is [_] ? first.Detail : $"{errors.Count} things are wrong with the body; 'errors' lists them.", errors);
        }
    }
}
