using System.Text.Json;
using System.Text.Json.Serialization;

namespace Commerce.Payments;

/// <param name="Value">Minor units as Adyen counts them; see <see cref="AdyenAmounts"/>.</param>
internal sealed record AdyenAmount(string Currency, long Value);

internal sealed record AdyenMethod(string Type, string? StoredPaymentMethodId);

/// <summary>The body of <c>POST /payments</c>.</summary>
internal sealed record AdyenPaymentRequest(
    string MerchantAccount,
    AdyenAmount Amount,
    string Reference,
    AdyenMethod PaymentMethod,
    string ReturnUrl,
    string Channel,
    Dictionary<string, string> Metadata)
{
    public string? ShopperReference { get; init; }

    public string? ShopperInteraction { get; init; }

    public string? RecurringProcessingModel { get; init; }

    public bool? StorePaymentMethod { get; init; }

    /// <summary>0: captured at once.</summary>
    public int? CaptureDelayHours { get; init; }

    public Dictionary<string, string>? AdditionalData { get; init; }

    public AdyenAuthenticationData? AuthenticationData { get; init; }
}

internal sealed record AdyenAuthenticationData(AdyenThreeDSRequestData ThreeDSRequestData);

internal sealed record AdyenThreeDSRequestData(string NativeThreeDS);

/// <summary>The body of <c>POST /payments/details</c>.</summary>
internal sealed record AdyenDetailsRequest(Dictionary<string, string> Details, string? PaymentData);

/// <summary>The answer to both.</summary>
internal sealed record AdyenPayment
{
    public string? PspReference { get; init; }

    public string? ResultCode { get; init; }

    public string? RefusalReason { get; init; }

    public string? RefusalReasonCode { get; init; }

    public string? MerchantReference { get; init; }

    public AdyenAmount? Amount { get; init; }

    /// <summary>For Adyen's browser library; read for its type and address, otherwise passed on.</summary>
    public JsonElement? Action { get; init; }
}

/// <summary>The body of captures, refunds and amount updates.</summary>
internal sealed record AdyenModificationRequest(string MerchantAccount, AdyenAmount Amount, string Reference);

/// <summary>The body of a cancel.</summary>
/// <param name="PaymentReference">Our reference of the payment, when Adyen's is not known.</param>
internal sealed record AdyenCancelRequest(string MerchantAccount, string Reference, string? PaymentReference = null);

/// <summary>The answer to all of them: accepted, and no more.</summary>
internal sealed record AdyenModification
{
    public string? PspReference { get; init; }

    public string? PaymentPspReference { get; init; }

    public string? Status { get; init; }

    public AdyenAmount? Amount { get; init; }
}

internal sealed record AdyenStoredMethods(ImmutableArray<AdyenStoredMethod> StoredPaymentMethods);

internal sealed record AdyenStoredMethod(string? Id, string? Type, string? Brand, string? LastFour, string? ExpiryMonth, string? ExpiryYear);

/// <summary>What Adyen says when it does not do what was asked.</summary>
internal sealed record AdyenError
{
    public int Status { get; init; }

    [JsonPropertyName("errorCode")]
    public string? Code { get; init; }

    public string? Message { get; init; }

    public string? ErrorType { get; init; }

    public string? PspReference { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AdyenPaymentRequest))]
[JsonSerializable(typeof(AdyenDetailsRequest))]
[JsonSerializable(typeof(AdyenPayment))]
[JsonSerializable(typeof(AdyenModificationRequest))]
[JsonSerializable(typeof(AdyenCancelRequest))]
[JsonSerializable(typeof(AdyenModification))]
[JsonSerializable(typeof(AdyenStoredMethods))]
[JsonSerializable(typeof(AdyenError))]
internal sealed partial class AdyenJson : JsonSerializerContext;
