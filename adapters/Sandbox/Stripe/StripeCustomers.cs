namespace Commerce.Sandbox.Stripe;

/// <summary>Customers and the cards that they keep.</summary>
internal static class StripeCustomers
{
    public static Decision Create(StripeAccount account, StripeCall call)
    {
        var customer = new Customer { Id = SandboxIds.New("cus_"), Created = call.Seconds, Metadata = call.Form.Metadata() };
        return new(new Answer(200) { Customer = customer }, new() { Customer = customer });
    }

    public static Decision Get(StripeAccount account, StripeCall call) =>
        account.Customer(call.Id) is { } customer ? new Answer(200) { Customer = customer } : Answer.Missing("customer", call.Id);

    public static Decision Search(StripeAccount account, StripeCall call) => StripeReads.Clauses(call) is { } clauses
        ? StripeReads.Found("/v1/customers/search", call, limit => account.Customers(clauses, limit), static (json, customer) => json.Customer(customer))
        : Answer.Refused($"Invalid search query: {call.Form["query"]}", param: "query");

    public static Decision Methods(StripeAccount account, StripeCall call) => account.Customer(call.Id) is null
        ? Answer.Missing("customer", call.Id, "customer")
        : StripeReads.Listed($"/v1/customers/{call.Id}/payment_methods", call, limit => account.Methods(call.Id, limit), static (json, method) => json.Method(method));

    public static Decision Detach(StripeAccount account, StripeCall call)
    {
        if (account.Method(call.Id) is not { } method)
        {
            return Answer.Missing("payment_method", call.Id, "payment_method");
        }

        if (method.Customer is null)
        {
            return Answer.Refused("The payment method you provided is not attached to a customer so detachment is impossible.", param: "payment_method");
        }

        var detached = method with { Customer = null };
        return new(new Answer(200) { Method = detached }, new() { Method = detached });
    }
}
