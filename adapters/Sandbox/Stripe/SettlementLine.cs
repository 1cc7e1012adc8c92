using System.Text.Json.Serialization;

namespace Commerce.Sandbox.Stripe;

/// <summary>A balance transaction: a line of what Stripe settles with the merchant.</summary>
/// <param name="Type">As Stripe words it: <c>charge</c>, <c>refund</c>, <c>refund_failure</c>, <c>adjustment</c>.</param>
/// <param name="Category">Its <c>reporting_category</c>.</param>
/// <param name="Amount">Signed, before the fee.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="Source">Id of the charge, refund or dispute.</param>
/// <param name="Intent">Null for a line that no payment of the shop stands behind.</param>
internal sealed record SettlementLine(string Id, string Type, string Category, long Amount, long Fee, string Currency, long Created, string Source, PaymentIntent? Intent)
{
    /// <summary>What a dispute costs.</summary>
    private const long DisputeFee = 1500;

    /// <summary>What is settled of a booking; null when nothing is. A capture costs 1.5 % and 25 minor units.</summary>
    public static SettlementLine? Of(Booking booking)
    {
        var (transaction, intent, _, at) = booking;
        var (id, amount) = (transaction.Id, transaction.Amount);
        return transaction.Kind switch
        {
            "capture" => Line("charge", "charge", amount, Math.Min(amount, (amount * 15 / 1000) + 25), intent.ChargeId!),
            "refund" => Line("refund", "refund", -amount, 0, id),
            "refund_failed" => Line("refund_failure", "refund_failure", amount, 0, id[..id.LastIndexOf('_')]),
            "charge_back" => Line("adjustment", "dispute", -amount, DisputeFee, id),
            "charge_back_reversed" => Line("adjustment", "dispute_reversal", amount, 0, id[..id.LastIndexOf('_')]),
            _ => null,
        };

        SettlementLine Line(string type, string category, long signed, long fee, string source) =>
            new(SandboxIds.As(transaction.Id, "txn_"), type, category, signed, fee, intent.Currency, at / 1000, source, intent);
    }
}

/// <summary>An error that somebody wrote into Stripe's books, to see whether a reconciliation finds it.</summary>
/// <param name="Kind"><c>omit</c>, <c>alter</c>, <c>double</c>, <c>delay</c> a line, <c>invent</c> one, or <c>clear</c>: forget all errors before it.</param>
/// <param name="Line">Id of the balance transaction; for <c>invent</c> and <c>double</c> the one that it makes.</param>
/// <param name="Of">For <c>double</c>: the line that is there twice.</param>
/// <param name="Amount">For <c>alter</c> and <c>invent</c>: signed minor units.</param>
/// <param name="At">For <c>invent</c>: Unix seconds.</param>
internal sealed record SettlementError(
    [property: JsonPropertyName("k")] string Kind,
    [property: JsonPropertyName("l")] string? Line = null,
    [property: JsonPropertyName("o")] string? Of = null,
    [property: JsonPropertyName("a")] long Amount = 0,
    [property: JsonPropertyName("c")] string? Currency = null,
    [property: JsonPropertyName("d")] int Days = 0,
    [property: JsonPropertyName("t")] long At = 0)
{
    /// <summary>The books with all the errors in them, newest line first.</summary>
    public static List<SettlementLine> In(IEnumerable<SettlementLine> lines, IReadOnlyCollection<SettlementError> errors)
    {
        if (errors.Count > 0)
        {
            var of = errors.Where(error => error.Kind is not "invent").ToLookup(error => error.Of ?? error.Line, StringComparer.Ordinal);
            lines = lines.SelectMany(line => of[line.Id].Aggregate((IEnumerable<SettlementLine>)[line], (so, error) => so.SelectMany(error.On)))
                .Concat(errors.Where(error => error.Kind is "invent").Select(error => error.Invented))
                .OrderBy(line => line.Created);
        }

        return [.. lines.Reverse()];
    }

    private SettlementLine Invented => new(
        Line!, Amount < 0 ? "refund" : "charge", Amount < 0 ? "refund" : "charge", Amount, 0, Currency!, At, SandboxIds.As(Line!, Amount < 0 ? "re_" : "ch_"), Intent: null);

    private IEnumerable<SettlementLine> On(SettlementLine line) => Kind switch
    {
        "omit" => [],
        "alter" => [line with { Amount = Amount }],
        "double" => line.Id == Of ? [line, line with { Id = Line! }] : [line],
        "delay" => [line with { Created = line.Created + (Days * 86_400L) }],
        _ => [line],
    };
}
