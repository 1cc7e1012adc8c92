using System.Text.Json.Serialization;

namespace Commerce.Sandbox.Stripe;

/// <summary>What stands under <c>error</c> in an answer.</summary>
internal sealed record StripeError(
    [property: JsonPropertyName("ty")] string Type,
    [property: JsonPropertyName("me")] string Message,
    [property: JsonPropertyName("co")] string? Code = null,
    [property: JsonPropertyName("de")] string? DeclineCode = null,
    [property: JsonPropertyName("pa")] string? Param = null,
    [property: JsonPropertyName("ad")] string? AdviceCode = null);

/// <summary>The bank's refusals, by the name that a test card carries.</summary>
internal static class Declines
{
    public const string AuthenticationFailed = "authentication_failed";

    private const string Again = "try_again_later", Never = "do_not_try_again", Confirm = "confirm_card_data";

    public static StripeError Of(string name) => name switch
    {
        "insufficient_funds" => Card("card_declined", name, "Your card has insufficient funds.", Again),
        "lost_card" or "stolen_card" => Card("card_declined", name, "Your card was declined.", Never),
        "fraudulent" => Card("card_declined", name, "Your card was declined.", Never),
        "card_velocity_exceeded" => Card("card_declined", name, "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.", Again),
        "expired_card" => Card(name, name, "Your card has expired.", Never, "exp_month"),
        "incorrect_number" => Card(name, name, "Your card number is incorrect.", Confirm, "number"),
        "incorrect_cvc" => Card(name, name, "Your card's security code is incorrect.", Confirm, "cvc"),
        "processing_error" => Card(name, name, "An error occurred while processing your card. Try again in a little bit.", Again),
        AuthenticationFailed => new("card_error", "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.", "payment_intent_authentication_failure"),
        "authentication_required" => Card(name, name, "Your card was declined. This transaction requires authentication.", Confirm),
        _ => Card("card_declined", "generic_decline", "Your card was declined.", Again),
    };

    private static StripeError Card(string code, string decline, string message, string advice, string? param = null) =>
        new("card_error", message, code, decline, param, advice);
}

/// <summary>One answer of the pretend Stripe: which objects it shows, and under which status.</summary>
internal sealed record Answer(int Status)
{
    public PaymentIntent? Intent { get; init; }
    public Refund? Refund { get; init; }
    public Dispute? Dispute { get; init; }
    public Customer? Customer { get; init; }
    public KeptMethod? Method { get; init; }
    public StripeError? Error { get; init; }

    /// <summary>For a list: writes the whole body.</summary>
    public Action<System.Text.Json.Utf8JsonWriter>? Body { get; init; }
    public bool Replayed { get; init; }
    public int? RetryAfter { get; init; }

    public static Answer Of(PaymentIntent intent) => new(200) { Intent = intent };

    public static Answer Of(Dispute dispute) => new(200) { Dispute = dispute };

    public static Answer Declined(PaymentIntent intent) => new(402) { Intent = intent, Error = Declines.Of(intent.Decline ?? "generic_decline") };

    public static Answer Refused(string message, string? code = null, string? param = null, PaymentIntent? intent = null) =>
        new(400) { Error = new("invalid_request_error", message, code, Param: param), Intent = intent };

    public static Answer Missing(string what, string id, string param = "id") =>
        new(404) { Error = new("invalid_request_error", $"No such {what}: '{id}'", "resource_missing", Param: param) };

    public static Answer Failure(int status, int? retryAfter = null) => new(status)
    {
        RetryAfter = retryAfter,
        Error = status == 429
            ? new("invalid_request_error", "Request rate limit exceeded.", "rate_limit")
            : new("api_error", "An unknown error occurred."),
    };
}
