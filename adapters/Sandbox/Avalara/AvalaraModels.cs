using System.Text.Json.Serialization;

namespace Commerce.Sandbox.Avalara;

/// <summary>What is posted to <c>transactions/create</c>, as far as the sandbox cares.</summary>
internal sealed record CreateModel(
    string? Type = null,
    string? Code = null,
    string? CompanyCode = null,
    string? Date = null,
    string? CustomerCode = null,
    string? CurrencyCode = null,
    bool Commit = false,
    string? BusinessIdentificationNo = null,
    string? ReferenceCode = null,
    AddressesModel? Addresses = null,
    LineModel[]? Lines = null);

internal sealed record AddressesModel(AddressModel? ShipFrom, AddressModel? ShipTo, AddressModel? SingleLocation);

internal sealed record AddressModel(string? Line1, string? City, string? Region, string? PostalCode, string? Country);

internal sealed record LineModel(string? Number, decimal? Quantity, decimal Amount, string? TaxCode, string? ItemCode, bool TaxIncluded, string? EntityUseCode);

internal sealed record VoidModel(string? Code);

internal sealed record RefundModel(string? RefundTransactionCode, string? RefundType, string? RefundDate, decimal? RefundPercentage, string? ReferenceCode);

/// <summary>A transaction, as it is answered and kept.</summary>
internal sealed record TransactionModel
{
    public long Id { get; init; }
    public string Code { get; init; } = "";
    public string CompanyCode { get; init; } = "";
    public string Date { get; init; } = "";
    public string Status { get; init; } = "";
    public string Type { get; init; } = "";
    public string CurrencyCode { get; init; } = "";
    public string? CustomerVendorCode { get; init; }
    public string? ReferenceCode { get; init; }
    public decimal TotalAmount { get; init; }
    public decimal TotalTax { get; init; }
    public decimal TotalTaxable { get; init; }
    public TransactionLineModel[] Lines { get; init; } = [];
}

internal sealed record TransactionLineModel(
    string LineNumber, decimal Quantity, decimal LineAmount, decimal Tax, decimal TaxableAmount, string? TaxCode, string? ItemCode, bool TaxIncluded, DetailModel[] Details);

internal sealed record DetailModel(
    string Country, string Region, string JurisType, string JurisName, string TaxName, decimal Rate, decimal Tax, decimal TaxableAmount);

internal sealed record TransactionsModel([property: JsonPropertyName("@recordsetCount")] int Count, TransactionModel[] Value);

internal sealed record PingModel(string Version, bool Authenticated, string AuthenticationType, string? AuthenticatedUserName);

internal sealed record ErrorModel(ErrorBody Error);

internal sealed record ErrorBody(string Code, string Message, string Target, ErrorDetailModel[] Details);

internal sealed record ErrorDetailModel(string Code, int Number, string Message, string Description, string FaultCode, string HelpLink, string Severity);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateModel))]
[JsonSerializable(typeof(VoidModel))]
[JsonSerializable(typeof(RefundModel))]
[JsonSerializable(typeof(TransactionModel))]
[JsonSerializable(typeof(TransactionsModel))]
[JsonSerializable(typeof(PingModel))]
[JsonSerializable(typeof(ErrorModel))]
internal sealed partial class AvalaraSandboxJson : JsonSerializerContext;
