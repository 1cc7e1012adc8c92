using Commerce.Journal;
using Commerce.Payments;
using Microsoft.Extensions.Options;

namespace Commerce.Reconciliations;

/// <inheritdoc cref="IReconciliationGrain"/>
/// <remarks>
/// Comparing runs beside the calls: it reads the provider's pages and our list of movements, and stores only what it found. A remedy is stored before it is carried out, each
/// under a name of its own, so that a repetition, a second operator or a crash moves no money twice.
/// </remarks>
[GrainType("reconciliation"), Reentrant]
internal sealed class ReconciliationGrain(PaymentProviders providers, IOptionsMonitor<ReconciliationOptions> options, ILogger<ReconciliationGrain> logger)
    : AggregateGrain<Reconciliation, ReconciliationEvent>, IReconciliationGrain
{
    /// <summary>Movements of ours that are read at once.</summary>
    private const int Portion = 100;

    /// <summary>Lines between two notes of how far it is.</summary>
    private const int Progress = 1_000;

    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1), Soon = TimeSpan.FromSeconds(2);

    /// <summary>How much further than its own start a report wants the list to be: on PostgreSQL readers see a commit a moment after its writer does.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    private Task? running;

    public async Task<Reply<ReconciliationView>> Start(Request request, StartReconciliation command)
    {
        var repeated = IsRepeated(request);
        if (State.Status is ReconciliationStatus.None)
        {
            Demand(command);
            await Commit(request, new ReconciliationStarted(command.Provider, command.From, command.To));
        }

        _ = Run();
        return new Reply<ReconciliationView>(View(), repeated);
    }

    public Task<ReconciliationView?> Get() => Task.FromResult(Durable.Status is ReconciliationStatus.None ? null : View());

    public async Task<Reply<ReconciliationView>> PutRight(Request request, int number, Remedy remedy, string reason, string by)
    {
        var repeated = IsRepeated(request);
        if (!repeated)
        {
            var discrepancy = State.Find(number) ?? throw new CommerceException(CommonErrors.NotFound(Id));
            if (!discrepancy.Remedies.Contains(remedy))
            {
                throw new CommerceException(ReconciliationErrors.NotOffered(remedy, discrepancy.Remedies));
            }

            if (discrepancy.Remedy is { Status: not RemedyStatus.Failed } done)
            {
                throw new CommerceException(CommonErrors.NotNow("discrepancy", done.Status.ToString().ToLowerInvariant(), ReconciliationErrors.Word(remedy), []));
            }

            await Commit(request, new RemedyRequested(number, remedy, reason, by, State.Attempts.GetValueOrDefault(number) + 1));
        }

        await CarryOut();
        return new Reply<ReconciliationView>(View(), repeated);
    }

    public override async Task Wake()
    {
        _ = Run();
        await CarryOut();
    }

    private void Demand(StartReconciliation command)
    {
        var provider = providers.Find(command.Provider) ?? throw new CommerceException(Checkouts.CheckoutErrors.UnknownProvider(command.Provider) with { Pointer = "/provider" });
        if (!provider.Capabilities.ListsSettlements)
        {
            throw new CommerceException(ReconciliationErrors.NoSettlements(command.Provider));
        }

        if (command.From > command.To || command.To.DayNumber - command.From.DayNumber >= ReconciliationErrors.MostDays || command.To > DateOnly.FromDateTime(Now.UtcDateTime))
        {
            throw new CommerceException(ReconciliationErrors.Span);
        }
    }

    private Task Run() => running is { IsCompleted: false } ? running : running = Compare();

    private async Task Compare()
    {
        if (State.Status is not ReconciliationStatus.Comparing || State.DelayedUntil > Now)
        {
            return;
        }

        try
        {
            var report = await Report();
            var listed = report.Finish();
            var most = options.CurrentValue.MostDiscrepancies;
            if (listed.Length > most)
            {
                logger.TooManyDiscrepancies(Id, listed.Length, most);
            }

            await Commit(new ReconciliationCompleted(report.Counts, report.Sums, listed.Length > most ? listed[..most] : listed));
            logger.Reconciled(Id, State.Provider, report.Counts.Lines, listed.Length);
        }
        catch (CommerceException refusal) when (refusal.Error.Kind is ErrorKind.Unavailable or ErrorKind.Busy)
        {
            await Delay(refusal.Message, refusal.Error.RetryAfter ?? AskAgain);
        }
        catch (Exception failure)
        {
            logger.ComparingFailed(Id, failure);
            await Delay($"it ended in {failure.GetType().Name}", AskAgain);
        }
    }

    private async Task Delay(string why, TimeSpan wait)
    {
        try
        {
            await Commit(new ReconciliationDelayed(why, Now + wait));
        }
        catch (CommerceException refusal)
        {
            // This activation is over: the wake-up that is stored takes over.
            logger.Interrupted(Id, refusal.Message);
        }
    }

    private async Task<Matching> Report()
    {
        var settings = options.CurrentValue;
        var (provider, from, to) = (providers[State.Provider], Start(State.From), Start(State.To.AddDays(1)));
        var agreement = new Agreement(settings.LateAfter, settings.Fees.GetValueOrDefault(State.Provider) is { } fee ? fee.Of : null);
        var matching = new Matching(await Ours(from.AddDays(-settings.LookBackDays), to), from, to, agreement);
        var (read, noted) = (0, 0);
        for (var day = State.From; day <= State.To.AddDays(settings.GraceDays); day = day.AddDays(1))
        {
            string? cursor = null;
            do
            {
                var page = await provider.Settlements(day, cursor, CancellationToken.None) switch
                {
                    Outcome<SettlementPage>.Ok ok => ok.Value,
                    Outcome<SettlementPage>.Unavailable later => throw new CommerceException(CommonErrors.Unavailable($"'{State.Provider}' does not list its books now.", later.RetryAfter)),
                    Outcome<SettlementPage>.Rejected no => throw new CommerceException(CommonErrors.Unavailable($"'{State.Provider}' refused to list its books: {no.Message} ({no.Code})", AskAgain)),
                    _ => throw new CommerceException(CommonErrors.Unavailable($"'{State.Provider}' did not answer for its books.", AskAgain)),
                };
                foreach (var line in page.Lines)
                {
                    matching.Take(line);
                }

                read += page.Lines.Length;
                if (read - noted >= Progress)
                {
                    noted = read;
                    await Commit(new ReconciliationProgressed(read));
                }

                cursor = page.Next;
            }
            while (cursor is not null);
        }

        return matching;
    }

    /// <summary>Our movements, once the list knows everything up to the end of the days, or up to now.</summary>
    private async Task<List<PaymentMovement>> Ours(DateTimeOffset from, DateTimeOffset to)
    {
        var list = GrainFactory.Payments();
        var upTo = (to < State.StartedAt ? to : State.StartedAt) + Margin;
        var movements = new List<PaymentMovement>();
        string? cursor = null;
        do
        {
            var page = await list.Movements(State.Provider, from, to, new PageRequest(cursor, Portion));
            if (page.AsOf is { } asOf && asOf < upTo)
            {
                throw new CommerceException(CommonErrors.Unavailable("The list of payments has not followed the journal so far yet.", Soon));
            }

            movements.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);
        return movements;
    }

    private async Task CarryOut()
    {
        foreach (var discrepancy in State.UnderWay.ToArray())
        {
            try
            {
                await Apply(discrepancy, $"{Id}:{discrepancy.Number}:{State.Attempts[discrepancy.Number]}");
                if (State.Find(discrepancy.Number)!.Remedy!.Status is RemedyStatus.UnderWay)
                {
                    await Commit(new RemedyApplied(discrepancy.Number));
                }
            }
            catch (CommerceException refusal) when (refusal.Error.Kind is not ErrorKind.Unavailable and not ErrorKind.Busy)
            {
                await Commit(new RemedyFailed(discrepancy.Number, refusal.Error.Code, refusal.Error.Detail));
            }
            catch (CommerceException later)
            {
                logger.Interrupted(Id, later.Message); // under way, and taken up again by its wake-up
            }
        }
    }

    /// <summary>Each step may be repeated: it has a name of its own, and the payment remembers what it did under it.</summary>
    private async Task Apply(Discrepancy discrepancy, string name)
    {
        var reason = $"reconciliation: {discrepancy.Remedy!.Reason}";
        switch (discrepancy.Remedy.Remedy)
        {
            case Remedy.Ignore:
                break;
            case Remedy.Adopt:
                await Adopt(discrepancy, name, reason);
                break;
            case Remedy.Void:
                await Adopt(discrepancy, name, reason);
                await GrainFactory.Payment(discrepancy.PaymentId!).Void($"{name}:void");
                break;
            case Remedy.Refund when discrepancy is { Kind: DiscrepancyKind.MissingHere, PaymentId: { } payment } && Identity.Is(payment, Identity.Payment):
                await Adopt(discrepancy, name, reason);
                Settled(await GrainFactory.Payment(payment).Refund($"{name}:refund", discrepancy.Theirs!.Value, reason), $"{name}:refund");
                break;
            default:
                await RefundThere(discrepancy, name, reason);
                break;
        }
    }

    private async Task Adopt(Discrepancy discrepancy, string name, string reason)
    {
        var payment = GrainFactory.Payment(discrepancy.PaymentId!);
        if (discrepancy is { OperationId: { } ours, Ours: { } amount, Kind: DiscrepancyKind.MissingThere or DiscrepancyKind.AmountDiffers })
        {
            await payment.Adopt(new AdoptTransaction($"{name}:reverse", TransactionKind.Reverse, discrepancy.MovementReference ?? "", amount, reason) { Of = ours });
        }

        if (discrepancy is { Theirs: { } theirs, Kind: DiscrepancyKind.MissingHere or DiscrepancyKind.AmountDiffers })
        {
            await payment.Adopt(new AdoptTransaction($"{name}:adopt", discrepancy.Movement, discrepancy.MovementReference ?? discrepancy.SettlementId!, theirs, reason)
            {
                Of = discrepancy.Kind is DiscrepancyKind.MissingHere ? discrepancy.OperationId : null,
            });
        }
    }

    private static void Settled(PaymentView payment, string operationId)
    {
        var refund = payment.Transactions.First(transaction => transaction.Id == operationId);
        switch (refund.Status)
        {
            case TransactionStatus.Succeeded or TransactionStatus.Accepted:
                break;
            case TransactionStatus.Failed:
                throw new CommerceException(PaymentErrors.Refused(refund.Reason ?? "refused", "The refund was refused."));
            default:
                throw new CommerceException(PaymentErrors.InDoubt(AskAgain));
        }
    }

    /// <summary>Money that no payment of ours knows of goes back from the provider itself.</summary>
    private async Task RefundThere(Discrepancy discrepancy, string name, string reason)
    {
        var request = new MovementRequest(Id, discrepancy.PaymentReference!, discrepancy.Theirs!.Value, $"{name}:refund", discrepancy.Remedy!.At, reason);
        switch (await providers[State.Provider].Refund(request, CancellationToken.None))
        {
            case Outcome<Movement>.Ok:
                break;
            case Outcome<Movement>.Rejected no:
                throw new CommerceException(PaymentErrors.Refused(no.Code, no.Message));
            case Outcome<Movement>.Declined no:
                throw new CommerceException(PaymentErrors.Refused(no.Why.Code, no.Why.Message));
            default:
                throw new CommerceException(PaymentErrors.InDoubt(AskAgain));
        }
    }

    private static DateTimeOffset Start(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private ReconciliationView View() => new()
    {
        Id = Id,
        Version = Version,
        Status = Durable.Status,
        Provider = Durable.Provider,
        From = Durable.From,
        To = Durable.To,
        Counts = Durable.Counts,
        Sums = Durable.Sums,
        Discrepancies = Durable.Discrepancies,
        StartedAt = Durable.StartedAt,
        CompletedAt = Durable.CompletedAt,
        Waiting = Durable.Waiting,
    };
}

internal static partial class ReconciliationLog
{
    [LoggerMessage(700, LogLevel.Information, "{Reconciliation} compared {Lines} lines of {Provider}: {Discrepancies} discrepancies")]
    public static partial void Reconciled(this ILogger logger, string reconciliation, string provider, int lines, int discrepancies);

    [LoggerMessage(701, LogLevel.Error, "{Reconciliation} failed; it begins again")]
    public static partial void ComparingFailed(this ILogger logger, string reconciliation, Exception failure);

    [LoggerMessage(702, LogLevel.Information, "{Reconciliation} was interrupted: {Why}")]
    public static partial void Interrupted(this ILogger logger, string reconciliation, string why);

    [LoggerMessage(703, LogLevel.Error, "{Reconciliation} found {Count} discrepancies and lists {Most}: something is wrong at large")]
    public static partial void TooManyDiscrepancies(this ILogger logger, string reconciliation, int count, int most);

    [LoggerMessage(704, LogLevel.Warning, "The daily reconciliation of {Provider} could not be started; it is tried again")]
    public static partial void DailyFailed(this ILogger logger, string provider, Exception failure);
}
