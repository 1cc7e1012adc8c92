using System.Text.Json.Serialization;

namespace Commerce.Sandbox.Adyen;

[JsonConverter(typeof(JsonNumberEnumConverter<AdyenStatus>))]
internal enum AdyenStatus
{
    /// <summary>The shopper is elsewhere: on a page of the bank, or in the library's challenge.</summary>
    Waiting = 0,

    /// <summary>Accepted; its authorisation is told by webhook.</summary>
    Pending = 1,
    Authorised = 2,
    Refused = 3,
    Cancelled = 4,
    Expired = 5,
}

/// <summary>A payment at one moment. Never changed: what happens to it makes another.</summary>
internal sealed record AdyenPayment
{
    [JsonPropertyName("id")] public required string Psp { get; init; }
    [JsonPropertyName("ac")] public required string Account { get; init; }
    [JsonPropertyName("rf")] public required string Reference { get; init; }

    /// <summary>What is authorised, in minor units as Adyen counts them; adjustments set it anew.</summary>
    [JsonPropertyName("am")] public required long Amount { get; init; }
    [JsonPropertyName("cu")] public required string Currency { get; init; }
    [JsonPropertyName("st")] public AdyenStatus Status { get; init; }

    /// <summary>Name of the <see cref="AdyenScenario"/> that it follows.</summary>
    [JsonPropertyName("sc")] public required string Scenario { get; init; }

    /// <summary>Captured when it is authorised.</summary>
    [JsonPropertyName("au")] public bool Immediate { get; init; }
    [JsonPropertyName("ca")] public long Captured { get; init; }
    [JsonPropertyName("re")] public long Refunded { get; init; }
    [JsonPropertyName("cb")] public long ChargedBack { get; init; }

    /// <summary>Keys and values in turn.</summary>
    [JsonPropertyName("md")] public string[]? Metadata { get; init; }
    [JsonPropertyName("ru")] public string? ReturnUrl { get; init; }

    /// <summary>What the shopper brings back from the bank's page; null until he was there.</summary>
    [JsonPropertyName("rr")] public string? RedirectResult { get; init; }

    /// <summary>Whether he passed there.</summary>
    [JsonPropertyName("ok")] public bool Passed { get; init; }

    /// <summary>The idempotency key that it was made under.</summary>
    [JsonPropertyName("ky")] public string? Key { get; init; }

    /// <summary>Whose method is to be kept once it is authorised.</summary>
    [JsonPropertyName("sf")] public string? StoreFor { get; init; }

    public string? Meta(string key)
    {
        for (var i = 0; i + 1 < Metadata?.Length; i += 2)
        {
            if (Metadata[i] == key)
            {
                return Metadata[i + 1];
            }
        }

        return null;
    }
}

/// <summary>A payment method that a shopper keeps.</summary>
internal sealed record AdyenToken(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("sh")] string Shopper,
    [property: JsonPropertyName("sc")] string Scenario,
    [property: JsonPropertyName("gone")] bool Gone = false);

/// <summary>What one webhook item says.</summary>
/// <param name="Id">Ours, to know it by until it is taken.</param>
/// <param name="At">Unix milliseconds, when it happened; it is told a moment later.</param>
/// <param name="Additional">Keys and values in turn.</param>
internal sealed record AdyenItem(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("ec")] string EventCode,
    [property: JsonPropertyName("ps")] string Psp,
    [property: JsonPropertyName("or")] string? Original,
    [property: JsonPropertyName("ac")] string Account,
    [property: JsonPropertyName("mr")] string Reference,
    [property: JsonPropertyName("am")] long Amount,
    [property: JsonPropertyName("cu")] string Currency,
    [property: JsonPropertyName("ok")] bool Success,
    [property: JsonPropertyName("at")] long At,
    [property: JsonPropertyName("rs")] string? Reason = null,
    [property: JsonPropertyName("ad")] string[]? Additional = null);

/// <summary>An answer that is kept under an idempotency key.</summary>
internal sealed record AdyenKept(
    [property: JsonPropertyName("k")] string Key,
    [property: JsonPropertyName("s")] int Status,
    [property: JsonPropertyName("b")] string Body);

/// <summary>Everything that one request changed at the pretend Adyen.</summary>
internal sealed record AdyenEntry
{
    [JsonPropertyName("pm")] public AdyenPayment? Payment { get; init; }
    [JsonPropertyName("tk")] public AdyenToken? Token { get; init; }
    [JsonPropertyName("ky")] public AdyenKept? Key { get; init; }
    [JsonPropertyName("tx")] public VendorTransaction[]? Transactions { get; init; }
    [JsonPropertyName("ev")] public AdyenItem[]? Events { get; init; }

    [JsonPropertyName("mw")] public AdyenMiswriting? Miswriting { get; init; }

    /// <summary><c>capture</c> or <c>refund</c>: the next one fails after it was accepted.</summary>
    [JsonPropertyName("fn")] public string? FailsNext { get; init; }

    /// <summary>One that was to fail has.</summary>
    [JsonPropertyName("fs")] public string? Failed { get; init; }

    /// <summary>Whether the events are to be sent.</summary>
    [JsonPropertyName("nt")] public bool Notify { get; init; }
}

/// <summary>An item on its way to the shop.</summary>
internal sealed record AdyenEvent(AdyenItem Item) : VendorEvent(AdyenAccount.Name, Item.Id, Item.EventCode, Item.At / 1000);
