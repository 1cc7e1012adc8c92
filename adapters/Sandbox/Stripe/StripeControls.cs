using System.Globalization;
using System.Text.Json.Serialization;

namespace Commerce.Sandbox.Stripe;

/// <summary>What a tester does behind Stripe's back, as JSON: disputes, the fate of refunds, and errors in its books.</summary>
internal static class StripeControls
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapStripeControls()
        {
            var stripe = routes.MapGroup("/stripe").ExcludeFromDescription();

            stripe.MapPost("/disputes", (DisputeBody body, StripeAccount account, SandboxJournal journal) => Do(
                account, journal, body.PaymentIntent, StripeDisputes.Open, [("amount", Text(body.Amount)), ("reason", body.Reason), ("inquiry", body.Inquiry ? "true" : null)]));
            stripe.MapPost("/disputes/{id}", (string id, MoveBody body, StripeAccount account, SandboxJournal journal) => Do(account, journal, id, StripeDisputes.MoveOn, [("status", body.Status)]));
            stripe.MapPost("/refunds/{id}", (string id, MoveBody body, StripeAccount account, SandboxJournal journal) => Do(
                account, journal, id, StripeRefunds.MoveOn, [("status", body.Status), ("failure_reason", body.Reason)]));

            stripe.MapGet("/settlements", (StripeAccount account) => Results.Ok(
                account.SettlementErrors().Select(error => new { error.Kind, error.Line, error.Of, error.Amount, error.Currency, error.Days })));
            stripe.MapPost("/settlements/{kind}", Miswrite);
            stripe.MapDelete("/settlements", (StripeAccount account, SandboxJournal journal) => Keep(account, journal, new SettlementError("clear")));
        }
    }

    private static Task<IResult> Miswrite(string kind, SettlementBody body, StripeAccount account, SandboxJournal journal)
    {
        var error = (kind, body) switch
        {
            ("omit", { Line: { } line }) => new SettlementError(kind, line),
            ("alter", { Line: { } line, Amount: { } amount }) => new SettlementError(kind, line, Amount: amount),
            ("double", { Line: { } line }) => new SettlementError(kind, SandboxIds.New("txn_"), Of: line),
            ("delay", { Line: { } line }) when body.Days is not 0 => new SettlementError(kind, line, Days: body.Days ?? 1),
            ("invent", { Amount: { } amount, Currency: { Length: 3 } currency }) when amount != 0 =>
                new SettlementError(kind, SandboxIds.New("txn_"), Amount: amount, Currency: currency.ToLowerInvariant(), At: body.At?.ToUnixTimeSeconds() ?? account.Now / 1000),
            _ => null,
        };

        return error is null
            ? Task.FromResult(Results.Problem(
                "omit {line}, alter {line, amount}, double {line}, delay {line, days}, invent {amount, currency, at}; line is the id of a balance transaction.", statusCode: StatusCodes.Status400BadRequest))
            : Keep(account, journal, error);
    }

    private static async Task<IResult> Keep(StripeAccount account, SandboxJournal journal, SettlementError error)
    {
        account.Commit(Call(account, "", []), (_, _) => new(new Answer(200), new() { Settlement = error }));
        await journal.Durable();
        return Results.Ok(new { error.Kind, error.Line });
    }

    private static async Task<IResult> Do(
        StripeAccount account, SandboxJournal journal, string? id, Func<StripeAccount, StripeCall, Decision> decide, (string Name, string? Value)[] fields)
    {
        var answer = account.Commit(Call(account, id ?? "", fields), decide);
        await journal.Durable();
        return answer switch
        {
            { Error: { } error } => Results.Problem(error.Message, statusCode: answer.Status),
            { Dispute: { } dispute } => Results.Ok(new { dispute.Id, dispute.Status, dispute.Amount, dispute.Reason }),
            { Refund: { } refund } => Results.Ok(new { refund.Id, refund.Status, refund.Amount, refund.FailureReason }),
            _ => Results.NoContent(),
        };
    }

    private static StripeCall Call(StripeAccount account, string id, (string Name, string? Value)[] fields) => new(
        id,
        new StripeForm(string.Join('&', fields.Where(field => field.Value is not null).Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value!)}"))),
        Key: null, Fingerprint: 0, account.Now, BaseUrl: "");

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    /// <param name="PaymentIntent">Id of the intent that is disputed.</param>
    /// <param name="Amount">Minor units. Null: all that was captured.</param>
    /// <param name="Reason">As Stripe words it. Null: <c>fraudulent</c>.</param>
    /// <param name="Inquiry">Only asks; no money moves.</param>
    internal sealed record DisputeBody([property: JsonPropertyName("payment_intent")] string? PaymentIntent, long? Amount, string? Reason, bool Inquiry = false);

    /// <param name="Reason">Of a refund that fails.</param>
    internal sealed record MoveBody(string? Status, string? Reason);

    /// <param name="Line">Id of a balance transaction.</param>
    /// <param name="Amount">Signed minor units.</param>
    /// <param name="Days">By how many days the line is moved.</param>
    internal sealed record SettlementBody(string? Line, long? Amount, string? Currency, int? Days, DateTimeOffset? At);
}
