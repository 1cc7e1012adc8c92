namespace Commerce.Tax;

/// <summary>The refusals of a tax provider that a shopper can act on, as the <c>Code</c> of <see cref="Outcome{T}.Rejected"/> and as an error.</summary>
public static class TaxErrors
{
    public const string UnknownRegionCode = "unknown-region", UnknownAddressCode = "unknown-tax-address";

    public static CommerceError UnknownAddress { get; } = new(
        UnknownAddressCode, ErrorKind.Invalid, "Taxes cannot be computed for this address: its postal code, region and country do not fit together. Correct them.")
    { Pointer = "/postalCode" };

    public static CommerceError UnknownRegion(string country, string? region) => new(
        UnknownRegionCode,
        ErrorKind.Invalid,
        string.IsNullOrEmpty(region)
            ? $"Taxes in {country} depend on the region. Give one."
            : $"'{region}' is not a region of {country} that taxes are known for.")
    { Pointer = "/region" };
}
