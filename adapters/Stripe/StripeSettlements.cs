using Stripe;

namespace Commerce.Payments;

/// <summary>Stripe's balance transactions as settlements.</summary>
internal static class StripeSettlements
{
    private const int PageSize = 100;

    /// <summary>Stripe lists the newest first.</summary>
    public static async Task<Outcome<SettlementPage>> Page(StripeCalls calls, DateOnly day, string? after, CancellationToken cancellationToken)
    {
        var from = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        var reply = await calls.Make(StripePipelines.Settlements, (from, from.AddDays(1), after), Listed, cancellationToken);
        return reply.Value is { Data: { } booked } page
            ? new Outcome<SettlementPage>.Ok(new SettlementPage([.. booked.Select(Read)], page.HasMore && booked.Count > 0 ? booked[^1].Id : null))
            : StripeOutcomes.OfUnread<SettlementPage>(reply.Failure ?? new IOException("no list"));
    }

    private static Task<StripeList<BalanceTransaction>> Listed(StripeClient stripe, (DateTimeOffset From, DateTimeOffset To, string? After) asked, CancellationToken cancellationToken) =>
        stripe.V1.BalanceTransactions.ListAsync(
            new BalanceTransactionListOptions
            {
                Created = new DateRangeOptions { GreaterThanOrEqual = asked.From.UtcDateTime, LessThan = asked.To.UtcDateTime },
                Limit = PageSize,
                StartingAfter = asked.After,
                Expand = ["data.source"],
            },
            cancellationToken: cancellationToken);

    private static Settlement Read(BalanceTransaction transaction) => new(
        transaction.Id,
        transaction.Type switch
        {
            "charge" or "payment" => SettlementKind.Capture,
            "refund" or "payment_refund" => SettlementKind.Refund,
            _ => SettlementKind.Other,
        },
        transaction.Source switch
        {
            Charge charge => charge.PaymentIntentId ?? charge.Id,
            Refund refund => refund.PaymentIntentId ?? refund.ChargeId,
            global::Stripe.Dispute dispute => dispute.PaymentIntentId ?? dispute.ChargeId,
            _ => transaction.SourceId ?? "",
        },
        transaction.SourceId,
        PaymentId: null,
        Signed(transaction.Amount, transaction.Currency),
        Signed(transaction.Fee, transaction.Currency),
        new DateTimeOffset(DateTime.SpecifyKind(transaction.Created, DateTimeKind.Utc)));

    private static Money Signed(long amount, string currency)
    {
        var money = StripeAmounts.Read(Math.Abs(amount), currency) ?? new Money(Math.Abs(amount), currency.ToUpperInvariant());
        return amount < 0 ? -money : money;
    }
}
