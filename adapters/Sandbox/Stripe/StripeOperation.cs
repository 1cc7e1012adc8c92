namespace Commerce.Sandbox.Stripe;

/// <summary>One route of Stripe's API.</summary>
/// <param name="Name">As faults name it: <c>payment_intents.create</c>.</param>
/// <param name="Word">What it is to a shop: <c>authorise</c>, <c>capture</c>, <c>void</c>, <c>refund</c>, <c>adjust</c>, <c>customer</c>, <c>dispute</c>, <c>read</c>.</param>
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
        new("payment_intents/{id}/increment_authorization", "payment_intents.increment_authorization", "adjust", true, StripePayments.Increment),
        new("refunds", "refunds.create", "refund", true, StripeRefunds.Create),
        new("customers", "customers.create", "customer", true, StripeCustomers.Create),
        new("payment_methods/{id}/detach", "payment_methods.detach", "customer", true, StripeCustomers.Detach),
        new("disputes/{id}", "disputes.update", "dispute", true, StripeDisputes.Answered),
        new("disputes/{id}/close", "disputes.close", "dispute", true, StripeDisputes.Close),
        new("payment_intents", "payment_intents.list", "read", false, StripeReads.Intents),
        new("payment_intents/search", "payment_intents.search", "read", false, StripeReads.Search),
        new("payment_intents/{id}", "payment_intents.retrieve", "read", false, StripeReads.Intent),
        new("charges/{id}", "charges.retrieve", "read", false, StripeReads.Charge),
        new("refunds", "refunds.list", "read", false, StripeReads.Refunds),
        new("refunds/{id}", "refunds.retrieve", "read", false, StripeReads.Refund),
        new("balance_transactions", "balance_transactions.list", "read", false, StripeReads.Settlements),
        new("disputes", "disputes.list", "read", false, StripeReads.Disputes),
        new("disputes/{id}", "disputes.retrieve", "read", false, StripeReads.Dispute),
        new("customers/search", "customers.search", "read", false, StripeCustomers.Search),
        new("customers/{id}", "customers.retrieve", "read", false, StripeCustomers.Get),
        new("customers/{id}/payment_methods", "customers.payment_methods", "read", false, StripeCustomers.Methods),
        new("events", "events.list", "read", false, StripeReads.Events),
    ];
}
