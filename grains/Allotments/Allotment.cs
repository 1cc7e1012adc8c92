using System.Text.Json.Serialization;
using Commerce.Journal;
using static Commerce.Allotments.TakeStatus;

namespace Commerce.Allotments;

/// <summary>What happens to an allotment.</summary>
[JsonDerivedType(typeof(UnitsTaken), "commerce.allotment.taken.v1")]
[JsonDerivedType(typeof(TakeConfirmed), "commerce.allotment.confirmed.v1")]
[JsonDerivedType(typeof(UnitsGivenBack), "commerce.allotment.given-back.v1")]
[JsonDerivedType(typeof(TakeVoided), "commerce.allotment.voided.v1")]
[JsonDerivedType(typeof(UnitsReturned), "commerce.allotment.returned.v1")]
internal abstract record AllotmentEvent;

/// <param name="Limit">Units in all, as whoever took them knew it.</param>
internal sealed record UnitsTaken(string OperationId, int Units, int Limit) : AllotmentEvent;

internal sealed record TakeConfirmed(string OperationId) : AllotmentEvent;

internal sealed record UnitsGivenBack(string OperationId, int Units) : AllotmentEvent;

/// <summary>Given back before it arrived: should it arrive, it takes nothing.</summary>
internal sealed record TakeVoided(string OperationId) : AllotmentEvent;

/// <summary>Given back long after it was confirmed, when it was a number in a sum.</summary>
internal sealed record UnitsReturned(string OperationId, int Units) : AllotmentEvent;

/// <summary>Units that an operation has.</summary>
internal sealed record Taken(int Units, bool IsConfirmed = false);

/// <summary>When an operation came to its end (UTC).</summary>
internal readonly record struct Ended(string OperationId, DateTimeOffset At);

/// <summary>The rules of what can run out. Pure: no clock, no storage.</summary>
/// <remarks>
/// The state stays small however much is taken: an operation that has ended is remembered for a day, longer than anybody repeats it, and is then a number in
/// <see cref="Settled"/>, or forgotten.
/// </remarks>
internal sealed record Allotment : IAggregateState<Allotment, AllotmentEvent>
{
    /// <summary>How long an operation that has ended is known by its id: much longer than the longest checkout, and than a silo that was frozen lives on.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    /// <summary>Most operations that are remembered although they have nothing: the oldest are forgotten first.</summary>
    public const int MaxClosed = 10_000;

    public static Allotment Initial { get; } = new();

    /// <summary>Units of operations that are held or confirmed, and known by their id.</summary>
    public int Open { get; init; }

    /// <summary>Units of operations that were confirmed so long ago that their ids are forgotten.</summary>
    public int Settled { get; init; }

    public ImmutableDictionary<string, Taken> Takes { get; init; } = ImmutableDictionary<string, Taken>.Empty;

    /// <summary>Those that were confirmed, the first first.</summary>
    public ImmutableQueue<Ended> Confirmations { get; init; } = [];

    /// <summary>Those that have nothing (any more).</summary>
    public ImmutableDictionary<string, TakeStatus> Closed { get; init; } = ImmutableDictionary<string, TakeStatus>.Empty;

    public ImmutableQueue<Ended> ClosedOrder { get; init; } = [];

    /// <summary>Units that nobody else can have.</summary>
    [JsonIgnore]
    public int Used => Open + Settled;

    [JsonIgnore]
    public DateTimeOffset? WakeAt => null;

    [JsonIgnore]
    public string? Violation => Open < 0 || Settled < 0 ? $"a negative quantity: {Open} open, {Settled} settled" : null;

    /// <summary>What may follow what in the life of an operation; null is one that is not known (yet, or any more). A pair that is not listed is refused.</summary>
#pragma warning disable format // a table
    internal static TakeStatus? Next(TakeStatus? from, Type happened) => (from, happened.Name) switch
    {
        // from       what happened               to
        (null,      nameof(UnitsTaken))      => Held,
        (null,      nameof(TakeVoided))      => TakeStatus.Void,
        (null,      nameof(UnitsReturned))   => GivenBack,
        (Held,      nameof(TakeConfirmed))   => Confirmed,
        (Held,      nameof(UnitsGivenBack))  => GivenBack,
        (Confirmed, nameof(UnitsGivenBack))  => GivenBack,
        _                                    => null,
    };
#pragma warning restore format

    public TakeStatus? StatusOf(string operationId) =>
        Takes.TryGetValue(operationId, out var taken) ? taken.IsConfirmed ? Confirmed : Held
        : Closed.TryGetValue(operationId, out var closed) ? closed
        : null;

    /// <inheritdoc/>
    /// <remarks>Forgets afterwards: what was decided on a state is applied to that very state.</remarks>
    public Allotment Apply(AllotmentEvent happened, DateTimeOffset at) => Follow(happened, at).Forget(at);

    private Allotment Follow(AllotmentEvent happened, DateTimeOffset at)
    {
        switch (happened)
        {
            case UnitsTaken e:
                Demand(e.OperationId, e);
                return e.Units < 1 || Used + e.Units > e.Limit
                    ? throw new InvalidOperationException($"{e.Units} units cannot be taken: {Used} of {e.Limit} are.")
                    : this with { Open = Open + e.Units, Takes = Takes.Add(e.OperationId, new Taken(e.Units)) };
            case TakeConfirmed e:
                Demand(e.OperationId, e);
                return this with
                {
                    Takes = Takes.SetItem(e.OperationId, Takes[e.OperationId] with { IsConfirmed = true }),
                    Confirmations = Confirmations.Enqueue(new Ended(e.OperationId, at)),
                };
            case UnitsGivenBack e:
                Demand(e.OperationId, e);
                return (this with { Open = Open - Takes[e.OperationId].Units, Takes = Takes.Remove(e.OperationId) }).Close(e.OperationId, GivenBack, at);
            case TakeVoided e:
                Demand(e.OperationId, e);
                return Close(e.OperationId, TakeStatus.Void, at);
            case UnitsReturned e:
                Demand(e.OperationId, e);
                return (this with { Settled = Settled - e.Units }).Close(e.OperationId, GivenBack, at);
            default:
                throw new InvalidOperationException($"No rule for {happened.GetType().Name}.");
        }
    }

    private Allotment Close(string operationId, TakeStatus to, DateTimeOffset at)
    {
        var (closed, order) = (Closed, ClosedOrder);
        if (closed.Count >= MaxClosed)
        {
            order = order.Dequeue(out var oldest);
            closed = closed.Remove(oldest.OperationId);
        }

        return this with { Closed = closed.Add(operationId, to), ClosedOrder = order.Enqueue(new Ended(operationId, at)) };
    }

    /// <summary>What ended a day ago is not known by its id any more.</summary>
    private Allotment Forget(DateTimeOffset at)
    {
        var state = this;
        while (!state.Confirmations.IsEmpty && state.Confirmations.Peek() is var first && first.At + Remembered <= at)
        {
            // One that was given back since is not among the takes.
            var units = state.Takes.TryGetValue(first.OperationId, out var taken) ? taken.Units : 0;
            state = state with
            {
                Open = state.Open - units,
                Settled = state.Settled + units,
                Takes = state.Takes.Remove(first.OperationId),
                Confirmations = state.Confirmations.Dequeue(),
            };
        }

        while (!state.ClosedOrder.IsEmpty && state.ClosedOrder.Peek() is var first && first.At + Remembered <= at)
        {
            state = state with { Closed = state.Closed.Remove(first.OperationId), ClosedOrder = state.ClosedOrder.Dequeue() };
        }

        return state;
    }

    private void Demand(string operationId, AllotmentEvent happened)
    {
        var status = StatusOf(operationId);
        if (Next(status, happened.GetType()) is null)
        {
            throw new CommerceException(CommonErrors.NotNow("take", status?.ToString() ?? "unknown", happened.GetType().Name, []));
        }
    }
}
