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
        if (reply.Value is not { Data: { } booked } page)
        {
            return StripeOutcomes.OfUnread<SettlementPage>(reply.Failure ?? new IOException("no list"));
        }

        var lines = ImmutableArray.CreateBuilder<Settlement>(booked.Count);
        foreach (var line in booked)
        {
            var movement = line.SourceId;
            if (Kind(line) is SettlementKind.Capture && line.Source is Charge charge && IsOneOfSeveral(line, charge))
            {
                if (await Captures(calls, charge.Id, cancellationToken) is not { } captures)
                {
                    return new Outcome<SettlementPage>.Unavailable(TimeSpan.FromSeconds(1));
                }

                movement = captures.FirstOrDefault(capture => capture.Line == line.Id)?.Reference ?? movement;
            }

            lines.Add(Read(line, movement));
        }

        return new Outcome<SettlementPage>.Ok(new SettlementPage(lines.MoveToImmutable(), page.HasMore && booked.Count > 0 ? booked[^1].Id : null));
    }

    /// <summary>
    /// The captures of a charge, in order. Stripe gives captures no id of their own: the first is named as its charge is, a later one by its charge and what was
    /// captured up to and with it, in Stripe's minor units: <c>ch_1:800</c>. Null when Stripe does not answer.
    /// </summary>
    public static async Task<IReadOnlyList<CaptureLine>?> Captures(StripeCalls calls, string charge, CancellationToken cancellationToken)
    {
        var reply = await calls.Make(
            StripePipelines.Settlements,
            charge,
            static (stripe, charge, cancellation) => stripe.V1.BalanceTransactions.ListAsync(
                new BalanceTransactionListOptions { Source = charge, Limit = PageSize }, cancellationToken: cancellation),
            cancellationToken);

        if (reply.Value is not { Data: { } lines })
        {
            return null;
        }

        long soFar = 0;
        var captures = new List<CaptureLine>(lines.Count);
        foreach (var line in lines.Where(line => Kind(line) is SettlementKind.Capture).Reverse())
        {
            soFar += line.Amount;
            captures.Add(new CaptureLine(line.Id, line.Amount, Reference(charge, line.Amount, soFar)));
        }

        return captures;
    }

    /// <param name="amount">Of the capture, in Stripe's minor units.</param>
    /// <param name="soFar">Captured with it and all before it.</param>
    public static string Reference(string charge, long amount, long soFar) => amount == soFar ? charge : $"{charge}:{soFar}";

    /// <summary>A charge that is settled in another currency says nothing by its amount, and is taken to be captured at once.</summary>
    private static bool IsOneOfSeveral(BalanceTransaction line, Charge charge) =>
        charge.AmountCaptured != line.Amount && string.Equals(charge.Currency, line.Currency, StringComparison.OrdinalIgnoreCase);

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

    private static SettlementKind Kind(BalanceTransaction line) => line.Type switch
    {
        "charge" or "payment" => SettlementKind.Capture,
        "refund" or "payment_refund" => SettlementKind.Refund,
        "refund_failure" or "payment_failure_refund" => SettlementKind.Reversal,
        "adjustment" when line.ReportingCategory is "dispute" => SettlementKind.ChargeBack,
        "adjustment" when line.ReportingCategory is "dispute_reversal" => SettlementKind.Reversal,
        _ => SettlementKind.Other,
    };

    private static Settlement Read(BalanceTransaction line, string? movement) => new(
        line.Id,
        Kind(line),
        line.Source switch
        {
            Charge charge => charge.PaymentIntentId ?? charge.Id,
            Refund refund => refund.PaymentIntentId ?? refund.ChargeId ?? refund.Id,
            global::Stripe.Dispute dispute => dispute.PaymentIntentId ?? dispute.ChargeId,
            _ => line.SourceId ?? "",
        },
        movement,
        line.Source switch
        {
            Charge charge => charge.Metadata?.GetValueOrDefault(StripeMetadata.Payment),
            Refund refund => refund.Metadata?.GetValueOrDefault(StripeMetadata.Payment),
            _ => null,
        },
        Signed(line.Amount, line.Currency),
        Signed(line.Fee, line.Currency),
        StripeAmounts.Utc(line.Created));

    private static Money Signed(long amount, string currency)
    {
        var money = StripeAmounts.Read(Math.Abs(amount), currency) ?? new Money(Math.Abs(amount), currency.ToUpperInvariant());
        return amount < 0 ? -money : money;
    }

    /// <param name="Line">Id of the balance transaction that settles it.</param>
    /// <param name="Amount">In Stripe's minor units.</param>
    internal sealed record CaptureLine(string Line, long Amount, string Reference);
}
