namespace Commerce.Sandbox.Stripe;

/// <summary>One route of Stripe's API.</summary>
/// <param name="Name">As faults name it: <c>payment_intents.create</c>.</param>
/// <param name="Word">What it is to a shop: <c>authorise</c>, <c>capture</c>, <c>void</c>, <c>refund</c>, <c>read</c>.</param>
/// <param name="Effect">Whether it changes something, is a POST, and may carry an idempotency key.</param>
internal sealed record StripeOperation(string Path, string Name, string Word, bool Effect, Func<StripeAccount, StripeCall, Decision> Decide)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<StripeOperation> All { get; } =
    [
        new("payment_intents", "payment_intents.create", "authorise", true, StripePayments.Create),
        new("payment_intents/{id}/confirm", "payment_intents.confirm", "authorise", true, StripePayments.Confirm),
        new("payment_intents/{id}/capture", "payment_intents.capture", "capture", true, StripePayments.Capture),
        new("payment_intents/{id}/cancel", "payment_intents.cancel", "void", true, StripePayments.Cancel),
        new("refunds", "refunds.create", "refund", true, StripePayments.Refund),
        new("payment_intents", "payment_intents.list", "read", false, StripeReads.Intents),
        new("payment_intents/search", "payment_intents.search", "read", false, StripeReads.Search),
        new("payment_intents/{id}", "payment_intents.retrieve", "read", false, StripeReads.Intent),
        new("charges/{id}", "charges.retrieve", "read", false, StripeReads.Charge),
        new("refunds", "refunds.list", "read", false, StripeReads.Refunds),
        new("refunds/{id}", "refunds.retrieve", "read", false, StripeReads.Refund),
        new("balance_transactions", "balance_transactions.list", "read", false, StripeReads.Settlements),
        new("events", "events.list", "read", false, StripeReads.Events),
    ];
}
