using Commerce.Journal;

namespace Commerce.Allotments;

/// <inheritdoc cref="IAllotmentGrain"/>
/// <remarks>Decides without awaiting, as a stock item does, and waits for the commit that carries its decision together with those of every other caller of that moment.</remarks>
[GrainType("allotment"), Reentrant, CollectionAgeLimit(Minutes = 10)]
internal sealed class AllotmentGrain : AggregateGrain<Allotment, AllotmentEvent>, IAllotmentGrain
{
    protected override int SnapshotEvery => Math.Max(500, (State.Takes.Count + State.Closed.Count) / 2);

    public async Task<TakeAnswer> Take(string operationId, int units, int limit)
    {
        switch (State.StatusOf(operationId))
        {
            case TakeStatus.Held or TakeStatus.Confirmed:
                await Settled();
                return new TakeAnswer(true, LeftOf(limit));
            case TakeStatus.GivenBack or TakeStatus.Void:
                // It comes after its end: whoever asks has moved on, and takes "no" for an answer.
                await Settled();
                return new TakeAnswer(false, LeftOf(limit));
            default:
                break;
        }

        if (State.Used + units > limit)
        {
            await Settled(); // or "used up" would be said for a take that is not stored in the end
            await DemandCurrent();
            return new TakeAnswer(false, LeftOf(limit));
        }

        await Commit(new UnitsTaken(operationId, units, limit));
        return new TakeAnswer(true, LeftOf(limit));
    }

    public Task GiveBack(string operationId) => State.StatusOf(operationId) switch
    {
        TakeStatus.Held or TakeStatus.Confirmed => Commit(new UnitsGivenBack(operationId, State.Takes[operationId].Units)),
        null => Commit(new TakeVoided(operationId)),
        _ => Settled(),
    };

    public async Task Confirm(string operationId)
    {
        switch (State.StatusOf(operationId))
        {
            case TakeStatus.Held:
                await Commit(new TakeConfirmed(operationId));
                break;
            case null:
                await DemandCurrent(); // it was taken, and this activation has not seen it
                break;
            default:
                await Settled();
                break;
        }
    }

    public async Task Return(string operationId, int units)
    {
        switch (State.StatusOf(operationId))
        {
            case TakeStatus.Held or TakeStatus.Confirmed:
                await Commit(new UnitsGivenBack(operationId, State.Takes[operationId].Units));
                break;
            case null when State.Settled >= units:
                await Commit(new UnitsReturned(operationId, units));
                break;
            case null:
                await DemandCurrent();
                break;
            default:
                await Settled();
                break;
        }
    }

    public Task<int> Left(int limit) => Task.FromResult(LeftOf(limit));

    private int LeftOf(int limit) => Math.Max(0, limit - Durable.Used);
}
