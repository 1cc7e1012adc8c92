using Commerce.Payments;

namespace Commerce.Reconciliations;

/// <summary>What was agreed with a provider.</summary>
/// <param name="LateAfter">How much later than our own booking a line may come.</param>
/// <param name="Fee">What a capture should cost; null: fees are not compared.</param>
internal sealed record Agreement(TimeSpan LateAfter, Func<Money, Money>? Fee);

/// <summary>
/// Compares a provider's lines with our movements. Pure, and independent of the order of the lines: what fits exactly is set aside as it comes, and what is left is
/// compared at the end, so that a line that is wrong cannot take the place of one that is right.
/// </summary>
/// <param name="ours">Our movements of the days, and of some time before and after: a line may belong to a movement of the day before.</param>
/// <param name="from">UTC, first moment of the days.</param>
/// <param name="to">UTC, first moment after them.</param>
internal sealed class Matching(IEnumerable<PaymentMovement> ours, DateTimeOffset from, DateTimeOffset to, Agreement agreement)
{
    private readonly Movements open = new(ours.Where(movement => movement.Status is not TransactionStatus.Failed));
    private readonly Dictionary<string, Settlement> seen = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Reference, TransactionKind Kind), PaymentMovement> matchedByReference = [];
    private readonly List<Settlement> leftOver = [];
    private readonly List<Discrepancy> found = [];
    private readonly SortedDictionary<string, SettledSum> sums = new(StringComparer.Ordinal);
    private int lines, matched;

    public ReconciliationCounts Counts => new(lines, matched, open.Within(from, to));

    public ImmutableArray<SettledSum> Sums => [.. sums.Values];

    /// <summary>A line as it comes. Of the days after, only what belongs to a movement of ours counts.</summary>
    public void Take(Settlement line)
    {
        if (KindOf(line.Kind) is not { } kind)
        {
            return;
        }

        var within = IsWithin(line.At);
        if (within)
        {
            lines++;
            Add(line);
        }

        if (!seen.TryAdd(line.Id, line))
        {
            if (within)
            {
                Report(DiscrepancyKind.Duplicate, kind, line, null, "The provider's books have this very line twice.", Remedy.Ignore);
            }
        }
        else if (open.Exact(line, kind) is { } movement)
        {
            Matched(line, kind, movement);
        }
        else
        {
            leftOver.Add(line);
        }
    }

    /// <summary>Everything in which the books differ, by time.</summary>
    public ImmutableArray<Discrepancy> Finish()
    {
        foreach (var line in leftOver)
        {
            Judge(line, KindOf(line.Kind)!.Value);
        }

        foreach (var movement in open.Left.Where(movement => movement.Status is TransactionStatus.Succeeded && IsWithin(movement.At)))
        {
            Report(
                DiscrepancyKind.MissingThere, movement.Kind, null, movement, $"Our books have a {Word(movement.Kind)} of {movement.Amount} that the provider's have not.",
                movement.Kind is TransactionKind.Capture ? [Remedy.Adopt, Remedy.Void, Remedy.Ignore] : [Remedy.Adopt, Remedy.Ignore]);
        }

        return [.. found.OrderBy(one => one.OurTime ?? one.TheirTime).ThenBy(one => one.SettlementId ?? one.OperationId, StringComparer.Ordinal).Select((one, i) => one with { Number = i + 1 })];
    }

    /// <summary>The transaction that a line settles; null: none of ours.</summary>
    private static TransactionKind? KindOf(SettlementKind kind) => kind switch
    {
        SettlementKind.Capture => TransactionKind.Capture,
        SettlementKind.Refund => TransactionKind.Refund,
        SettlementKind.ChargeBack => TransactionKind.ChargeBack,
        SettlementKind.Reversal => TransactionKind.Reverse,
        _ => null,
    };

    private void Matched(Settlement line, TransactionKind kind, PaymentMovement movement)
    {
        if (line.MovementReference is { } reference)
        {
            matchedByReference.TryAdd((reference, kind), movement);
        }

        var before = found.Count;
        if (movement.Status is not TransactionStatus.Succeeded)
        {
            Report(DiscrepancyKind.MissingHere, kind, line, movement, $"The {Word(kind)} was asked for and done; our books do not know its end.", Remedy.Adopt, Remedy.Ignore);
        }

        if (line.At - movement.At > agreement.LateAfter && (IsWithin(line.At) || IsWithin(movement.At)))
        {
            Report(DiscrepancyKind.Late, kind, line, movement, $"Booked {(line.At - movement.At).Days} days after the {Word(kind)}.", Remedy.Ignore);
        }

        if (kind is TransactionKind.Capture && agreement.Fee?.Invoke(movement.Amount) is { } fee && line.Fee.Currency == fee.Currency && line.Fee != fee && IsWithin(line.At))
        {
            Report(DiscrepancyKind.FeeDiffers, kind, line, movement, $"The fee is {line.Fee}; agreed are {fee}.", Remedy.Ignore);
        }

        if (found.Count == before && IsWithin(line.At))
        {
            matched++;
        }
    }

    /// <summary>A line that nothing fits exactly.</summary>
    private void Judge(Settlement line, TransactionKind kind)
    {
        if (open.Near(line, kind) is { } movement)
        {
            var sameCurrency = movement.Amount.Currency == line.Amount.Currency;
            Report(
                DiscrepancyKind.AmountDiffers, kind, line, movement, $"Our books have {movement.Amount}, the provider's {Abs(line.Amount)}.",
                sameCurrency ? [Remedy.Adopt, Remedy.Ignore] : [Remedy.Ignore]);
            return;
        }

        if (!IsWithin(line.At))
        {
            return; // of another day, whose own report judges it
        }

        if (line.MovementReference is { } reference && matchedByReference.TryGetValue((reference, kind), out var twice))
        {
            Report(
                DiscrepancyKind.Duplicate, kind, line, twice, $"The provider booked this {Word(kind)} a second time.",
                kind is TransactionKind.Capture ? [Remedy.Refund, Remedy.Ignore] : [Remedy.Ignore]);
            return;
        }

        var isOurs = line.PaymentId is not null && Identity.Is(line.PaymentId, Identity.Payment);
        Report(
            DiscrepancyKind.MissingHere, kind, line, null,
            isOurs ? $"The provider has a {Word(kind)} of {Abs(line.Amount)} that our books know nothing of." : $"The provider has a {Word(kind)} of {Abs(line.Amount)} that belongs to no payment of ours.",
            (isOurs, kind) switch
            {
                (true, TransactionKind.Capture) => [Remedy.Adopt, Remedy.Refund, Remedy.Ignore],
                (true, TransactionKind.Refund or TransactionKind.ChargeBack) => [Remedy.Adopt, Remedy.Ignore],
                (false, TransactionKind.Capture) => [Remedy.Refund, Remedy.Ignore],
                _ => [Remedy.Ignore],
            });
    }

    private bool IsWithin(DateTimeOffset at) => at >= from && at < to;

    private void Report(DiscrepancyKind kind, TransactionKind movementKind, Settlement? line, PaymentMovement? movement, string explanation, params ReadOnlySpan<Remedy> remedies) => found.Add(new Discrepancy(
        0, kind, movementKind, movement?.PaymentId ?? line?.PaymentId, movement?.OrderId, movement?.OperationId, line?.Id, line?.PaymentReference ?? movement?.PaymentReference,
        line?.MovementReference ?? movement?.Reference, movement?.Amount, line is null ? null : Abs(line.Amount), movement?.At, line?.At, explanation, [.. remedies]));

    private void Add(Settlement line)
    {
        var currency = line.Amount.Currency;
        var none = Money.Zero(currency);
        var sum = sums.GetValueOrDefault(currency) ?? new SettledSum(currency, none, none, none, none, none);
        var amount = Abs(line.Amount);
        var fee = line.Fee.Currency == currency ? line.Fee : none;
        sums[currency] = sum with
        {
            Captured = line.Kind is SettlementKind.Capture ? sum.Captured + amount : sum.Captured,
            Refunded = line.Kind is SettlementKind.Refund ? sum.Refunded + amount : sum.Refunded,
            ChargedBack = line.Kind is SettlementKind.ChargeBack ? sum.ChargedBack + amount : sum.ChargedBack,
            Fees = sum.Fees + fee,
            Net = sum.Net + line.Amount - fee,
        };
    }

    private static Money Abs(Money money) => money.Amount < 0 ? -money : money;

    private static string Word(TransactionKind kind) => kind switch
    {
        TransactionKind.ChargeBack => "charge back",
        TransactionKind.Reverse => "reversal",
        _ => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>Our movements that no line has been found for yet.</summary>
    private sealed class Movements
    {
        private readonly Dictionary<(string, TransactionKind), List<PaymentMovement>> byReference = [], byPayment = [];
        private readonly HashSet<(string, string)> taken = [];
        private readonly ImmutableArray<PaymentMovement> all;

        public Movements(IEnumerable<PaymentMovement> movements)
        {
            all = [.. movements];
            foreach (var movement in all)
            {
                Add(byReference, movement.Reference, movement);
                Add(byPayment, movement.PaymentId, movement);
                Add(byPayment, movement.PaymentReference, movement);
            }
        }

        public IEnumerable<PaymentMovement> Left => all.Where(movement => !taken.Contains(Name(movement)));

        public int Within(DateTimeOffset from, DateTimeOffset to) => all.Count(movement => movement.At >= from && movement.At < to);

        /// <summary>The movement that the line settles to the cent: by its own reference, else by the payment's.</summary>
        public PaymentMovement? Exact(Settlement line, TransactionKind kind) => Take(line, kind, movement => movement.Amount == Abs(line.Amount));

        /// <summary>The movement that the line settles with another sum.</summary>
        public PaymentMovement? Near(Settlement line, TransactionKind kind) => Take(line, kind, static _ => true);

        private PaymentMovement? Take(Settlement line, TransactionKind kind, Func<PaymentMovement, bool> fits)
        {
            var movement = Find(byReference, line.MovementReference) ?? Find(byPayment, line.PaymentId) ?? Find(byPayment, line.PaymentReference);
            if (movement is not null)
            {
                taken.Add(Name(movement));
            }

            return movement;

            PaymentMovement? Find(Dictionary<(string, TransactionKind), List<PaymentMovement>> index, string? key) =>
                // By the payment alone only when the line does not name its movement, or ours never learnt its reference.
                key is { Length: > 0 } && index.TryGetValue((key, kind), out var candidates)
                    ? candidates.Find(one => !taken.Contains(Name(one)) && fits(one) && (index == byReference || line.MovementReference is null || one.Reference is null))
                    : null;
        }

        private static (string, string) Name(PaymentMovement movement) => (movement.PaymentId, movement.OperationId);

        private static void Add(Dictionary<(string, TransactionKind), List<PaymentMovement>> index, string? key, PaymentMovement movement)
        {
            if (key is not { Length: > 0 })
            {
                return;
            }

            if (!index.TryGetValue((key, movement.Kind), out var list))
            {
                index.Add((key, movement.Kind), list = []);
            }

            list.Add(movement);
        }
    }
}
