using System.Globalization;

namespace Commerce.Inventory;

/// <summary>Which stock item: a SKU, at its default location or another, whole or one of its buckets.</summary>
/// <remarks>Written <c>stk_{sku}</c>, <c>stk_{sku} @{location}</c>, <c>stk_{sku} #{bucket}</c>, <c>stk_{sku} @{location} #{bucket}</c>: no SKU and no location has a space.</remarks>
/// <param name="Location">Null: the default one.</param>
/// <param name="Bucket">From 0; null: the item itself.</param>
public readonly record struct StockId(string Sku, string? Location = null, int? Bucket = null)
{
    private const string At = " @", Number = " #";

    /// <summary>Reads an id of a stock item; what is none is refused.</summary>
    /// <exception cref="FormatException">It is no id of a stock item.</exception>
    public static StockId Parse(string id) => TryParse(id, out var parsed) ? parsed : throw new FormatException($"'{id}' is no id of a stock item.");

    /// <summary>False when it is no id of a stock item.</summary>
    public static bool TryParse(string id, out StockId parsed)
    {
        parsed = default;
        if (!id.StartsWith(Identity.Stock, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = id.AsSpan(Identity.Stock.Length);
        int? bucket = null;
        if (rest.LastIndexOf(Number, StringComparison.Ordinal) is > 0 and var numbered)
        {
            var digits = rest[(numbered + Number.Length)..];
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || (digits.Length > 1 && digits[0] == '0'))
            {
                return false;
            }

            bucket = number;
            rest = rest[..numbered];
        }

        string? location = null;
        if (rest.LastIndexOf(At, StringComparison.Ordinal) is > 0 and var placed)
        {
            location = rest[(placed + At.Length)..].ToString();
            rest = rest[..placed];
        }

        if (rest.IsEmpty || rest.Contains(' ') || location is "" || location?.Contains(' ', StringComparison.Ordinal) is true)
        {
            return false;
        }

        parsed = new StockId(rest.ToString(), location, bucket);
        return true;
    }

    /// <summary>The SKU of an item's id, read without more ado: on the way of every event.</summary>
    public static string SkuOf(string id) =>
        id.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var end ? id[Identity.Stock.Length..end] : id[Identity.Stock.Length..];

    public override string ToString() => (Location, Bucket) switch
    {
        (null, null) => Identity.Stock + Sku,
        (_, null) => $"{Identity.Stock}{Sku}{At}{Location}",
        (null, _) => string.Create(CultureInfo.InvariantCulture, $"{Identity.Stock}{Sku}{Number}{Bucket}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Identity.Stock}{Sku}{At}{Location}{Number}{Bucket}"),
    };
}
