namespace Commerce.Payments;

/// <summary>What a payment refuses, and why.</summary>
public static class PaymentErrors
{
    public static CommerceError CaptureExceedsAuthorised(Money asked, Money left) => new(
        "capture-exceeds-authorised", ErrorKind.Invalid, $"{asked} cannot be captured: {left} are authorised and not captured yet.")
    { Pointer = "/amount" };

    public static CommerceError RefundExceedsCaptured(Money asked, Money left) => new(
        "refund-exceeds-captured", ErrorKind.Invalid, $"{asked} cannot be refunded: {left} are captured and not refunded yet.")
    { Pointer = "/amount" };

    public static CommerceError AmountNotPositive { get; } = new(
        "invalid-amount", ErrorKind.Invalid, "An amount is a whole number of minor units above zero.")
    { Pointer = "/amount/amount" };

    public static CommerceError NoMethodFor(ImmutableArray<string> providers) => new(
        "payment-method-missing", ErrorKind.Invalid, $"This purchase is paid through {string.Join(" or ", providers)}: send 'payment.methods' with a token of one of them. GET /v1/carts/{{id}}/payment-options tells which.")
    { Pointer = "/payment/methods" };

    public static CommerceError AmountNotTaken(string provider, string why) => new(
        "payment-amount-refused", ErrorKind.Invalid, $"'{provider}' does not take such an amount: {why}")
    { Pointer = "/payment/provider" };

    public static CommerceError Unsupported(string provider, string what) => new(
        "not-supported-by-provider", ErrorKind.Invalid, $"'{provider}' does not offer {what}.")
    { Pointer = "/amount" };

    public static CommerceError RefundTooLate(string provider, TimeSpan limit) => new(
        "refund-too-late", ErrorKind.Conflict, $"'{provider}' gives money back for {limit.Days} days after it was captured. Pay it back another way.");

    public static CommerceError AdjustmentTooLow(Money asked, Money used) => new(
        "adjustment-too-low", ErrorKind.Invalid, $"{asked} cannot be authorised: {used} are captured, let go of or asked for already.")
    { Pointer = "/amount" };

    public static CommerceError Unpayable(string provider, string why) => new(
        "invalid-amount", ErrorKind.Invalid, $"'{provider}' does not take this amount: {why}")
    { Pointer = "/amount" };

    /// <summary>Told by a webhook, and neither applicable nor to be asked for: it waits, and is parked in the end.</summary>
    public static CommerceError DoesNotFit(string type) => new(
        "webhook-does-not-fit", ErrorKind.Conflict, $"'{type}' fits nothing that is known of its payment.");

    public static CommerceError Refused(string code, string message) => new(
        "payment-refused", ErrorKind.Conflict, $"The payment provider refused: {message} ({code}).");

    public static CommerceError InDoubt(TimeSpan retryAfter) => new(
        "payment-in-doubt", ErrorKind.Unavailable, "The payment provider has not answered yet. It is being asked; repeat the request with the same key.")
    { RetryAfter = retryAfter };
}
