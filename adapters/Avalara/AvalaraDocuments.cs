using System.Globalization;
using Commerce.Contacts;

namespace Commerce.Tax;

/// <summary>What is asked of AvaTax, in its words.</summary>
internal static class AvalaraDocuments
{
    public const string SalesOrder = "SalesOrder", SalesInvoice = "SalesInvoice", ReturnInvoice = "ReturnInvoice";

    /// <summary>Stands for whoever has not said yet who they are.</summary>
    private const string Anonymous = "guest", GenericTaxCode = "P0000000", ShippingTaxCode = "shipping";

    public static CreateTransaction Quote(TaxRequest request, AvalaraOptions options, DateTimeOffset now) =>
        Of(SalesOrder, request, Anonymous, null, request.BusinessIn, options, now);

    public static CreateTransaction Sale(TaxSale sale, AvalaraOptions options, DateTimeOffset now) =>
        Of(SalesInvoice, sale.Request, sale.Buyer, sale.Address, sale.VatId ?? sale.Request.BusinessIn, options, now) with { Code = sale.Code, Commit = true };

    /// <summary>A document of its own with negative amounts, so that any part can be given back; taxed as the sale was on its day.</summary>
    public static CreateTransaction Return(TaxReturn refund, AvalaraOptions options, DateTimeOffset now)
    {
        var document = Of(ReturnInvoice, refund.Request, refund.Buyer, refund.Address, refund.Request.BusinessIn, options, now);

        return document with
        {
            Code = refund.Code,
            Commit = true,
            ReferenceCode = refund.Of,
            Date = Day(now),
            TaxOverride = new TaxOverride("TaxDate", document.Date, "Return"),
            Lines = [.. document.Lines.Select(line => line with { Amount = -line.Amount })],
        };
    }

    private static CreateTransaction Of(
        string type, TaxRequest request, string buyer, Address? address, string? business, AvalaraOptions options, DateTimeOffset now)
    {
        var to = address is null
            ? new AddressInfo(null, null, Bare(request.Region, request.Country), request.PostalCode, request.Country)
            : new AddressInfo(address.Line1, address.City, Bare(address.Region, address.Country), address.PostalCode, address.Country);

        return new CreateTransaction
        {
            Type = type,
            CompanyCode = options.CompanyCode,
            Date = Day(request.At ?? now),
            CustomerCode = buyer,
            CurrencyCode = request.Items[0].Amount.Currency,
            BusinessIdentificationNo = business,
            Addresses = new Addresses(From(options.ShipFrom, request, to), to),
            Lines = [.. request.Items.Select((item, i) => Line(item, i, request, options))],
        };
    }

    private static LineItem Line(TaxItem item, int index, TaxRequest request, AvalaraOptions options) => new(
        Number(index),
        item.Quantity,
        AvalaraAmounts.Write(item.Amount),
        options.TaxCodes.GetValueOrDefault(item.Sku is null ? ShippingTaxCode : item.TaxCategory, GenericTaxCode),
        item.Sku,
        request.Inclusive,
        request.BusinessIn is null ? null : options.BusinessEntityUseCode);

    public static string Number(int index) => (index + 1).ToString(CultureInfo.InvariantCulture);

    private static AddressInfo From(AvalaraOrigin origin, TaxRequest request, AddressInfo to) => origin.Country is { Length: > 0 } country
        ? new AddressInfo(origin.Line1, origin.City, origin.Region, origin.PostalCode, country)
        : request.SellerIn is { } seller && seller != request.Country ? new AddressInfo(null, null, null, null, seller) : to;

    /// <summary><c>US-CA</c> as <c>CA</c>.</summary>
    private static string? Bare(string? region, string country) =>
        region is not null && region.Length > 3 && region[2] == '-' && region.StartsWith(country, StringComparison.OrdinalIgnoreCase) ? region[3..] : region;

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
