using System.Collections.Frozen;

namespace Commerce.Tax;

/// <summary>The countries whose VAT is one system: a business that buys in another of them owes the tax itself.</summary>
/// <remarks>Art. 5 Directive 2006/112/EC. Northern Ireland, which belongs to it for goods, is no country of its own in an address.</remarks>
public static class EuVatArea
{
    public static FrozenSet<string> Members { get; } = FrozenSet.ToFrozenSet(
        [
            "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
        ],
        StringComparer.Ordinal);

    public static bool Has(string? country) => country is not null && Members.Contains(country);

    /// <summary>Whether the buyer owes the tax instead of the seller: two members, and a VAT id of the one that it goes to.</summary>
    public static bool ReversesCharge(TaxRequest request) =>
        request.BusinessIn is { } business && business == request.Country && request.SellerIn != request.Country && Has(request.Country) && Has(request.SellerIn);
}
