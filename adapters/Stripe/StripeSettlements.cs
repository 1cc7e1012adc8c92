using System.Runtime.CompilerServices;
using Stripe;

namespace Commerce.Payments;

/// <summary>Stripe's balance transactions as settlements.</summary>
internal static class StripeSettlements
{
    private const int PageSize = 100;

    /// <summary>Stripe lists the newest first, so the span is read whole before its oldest is handed out.</summary>
    public static async IAsyncEnumerable<Settlement> List(
        StripeCalls calls, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var settlements = new List<Settlement>();
        string? after = null;
        for (var more = true; more;)
        {
            var reply = await calls.Make(StripePipelines.Settlements, (from, to, after), Page, cancellationToken);
            if (reply.Value is not { Data: { } booked } page)
            {
                throw new CommerceException(CommonErrors.Unavailable("Stripe does not list its settlements now.", StripeFailures.WaitBefore(reply.Failure)));
            }

            foreach (var transaction in booked)
            {
                settlements.Add(Read(transaction));
            }

            after = booked.Count > 0 ? booked[^1].Id : null;
            more = page.HasMore && after is not null;
        }

        for (var i = settlements.Count - 1; i >= 0; i--)
        {
            yield return settlements[i];
        }
    }

    private static Task<StripeList<BalanceTransaction>> Page(StripeClient stripe, (DateTimeOffset From, DateTimeOffset To, string? After) asked, CancellationToken cancellationToken) =>
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
        transaction.Source switch
        {
            Charge charge => charge.PaymentIntentId ?? charge.Id,
            Refund refund => refund.PaymentIntentId ?? refund.ChargeId,
            Dispute dispute => dispute.PaymentIntentId ?? dispute.ChargeId,
            _ => transaction.SourceId ?? "",
        },
        transaction.Type switch
        {
            "charge" or "payment" => "capture",
            "refund" or "payment_refund" => "refund",
            var other => other,
        },
        Signed(transaction.Amount, transaction.Currency),
        Signed(transaction.Fee, transaction.Currency),
        new DateTimeOffset(DateTime.SpecifyKind(transaction.Created, DateTimeKind.Utc)));

    private static Money Signed(long amount, string currency)
    {
        var money = StripeAmounts.Read(Math.Abs(amount), currency) ?? new Money(Math.Abs(amount), currency.ToUpperInvariant());
        return amount < 0 ? -money : money;
    }
}
