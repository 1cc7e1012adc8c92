using System.Text.Json.Serialization;

namespace Commerce.Tax;

/// <summary>What is sent to <c>transactions/create</c>.</summary>
internal sealed record CreateTransaction
{
    /// <summary><c>SalesOrder</c>: a quote, kept nowhere. <c>SalesInvoice</c>, <c>ReturnInvoice</c>: a document.</summary>
    public required string Type { get; init; }
    public string? Code { get; init; }
    public required string CompanyCode { get; init; }

    /// <summary><c>2026-01-31</c>.</summary>
    public required string Date { get; init; }
    public required string CustomerCode { get; init; }
    public required string CurrencyCode { get; init; }
    public bool Commit { get; init; }
    public string? BusinessIdentificationNo { get; init; }
    public string? ReferenceCode { get; init; }
    public required Addresses Addresses { get; init; }
    public required ImmutableArray<LineItem> Lines { get; init; }
    public TaxOverride? TaxOverride { get; init; }
}

internal sealed record Addresses(AddressInfo ShipFrom, AddressInfo ShipTo);

internal sealed record AddressInfo(string? Line1, string? City, string? Region, string? PostalCode, string? Country);

internal sealed record LineItem(
    string Number, decimal Quantity, decimal Amount, string TaxCode, string? ItemCode, bool TaxIncluded, string? EntityUseCode = null);

/// <summary>A return is taxed by the rates of the day of its sale.</summary>
internal sealed record TaxOverride(string Type, string TaxDate, string Reason);

internal sealed record VoidTransaction(string Code);

/// <summary>What AvaTax answers. Everything may be missing: nothing is believed before it was checked.</summary>
internal sealed record Transaction
{
    public long? Id { get; init; }
    public string? Code { get; init; }
    public string? Type { get; init; }

    /// <summary><c>Temporary</c>, <c>Saved</c>, <c>Committed</c>, <c>Cancelled</c>, …</summary>
    public string? Status { get; init; }
    public string? CurrencyCode { get; init; }
    public decimal? TotalTax { get; init; }
    public ImmutableArray<TransactionLine>? Lines { get; init; }
}

internal sealed record TransactionLine
{
    public string? LineNumber { get; init; }

    /// <summary>Without its tax, whether or not that was contained in what was asked about.</summary>
    public decimal? LineAmount { get; init; }
    public decimal? Tax { get; init; }
    public ImmutableArray<TransactionDetail>? Details { get; init; }
}

internal sealed record TransactionDetail
{
    public string? Country { get; init; }
    public string? Region { get; init; }
    public string? JurisType { get; init; }
    public string? JurisdictionType { get; init; }
    public string? JurisName { get; init; }
    public string? TaxName { get; init; }

    /// <summary>A fraction.</summary>
    public decimal? Rate { get; init; }
    public decimal? Tax { get; init; }
    public decimal? TaxableAmount { get; init; }
}

internal sealed record ErrorAnswer(ErrorInfo? Error);

internal sealed record ErrorInfo(string? Code, string? Message, ImmutableArray<ErrorDetail>? Details);

internal sealed record ErrorDetail(string? Code, string? Message, string? Description);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateTransaction))]
[JsonSerializable(typeof(VoidTransaction))]
[JsonSerializable(typeof(Transaction))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class AvalaraJson : JsonSerializerContext;
