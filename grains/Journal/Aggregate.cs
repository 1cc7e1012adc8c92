namespace Commerce.Journal;

/// <summary>The state of an aggregate: a pure fold of its events. No clock, no storage, no vendor.</summary>
internal interface IAggregateState<TSelf, in TEvent>
    where TSelf : class, IAggregateState<TSelf, TEvent>
{
    /// <summary>Before anything happened.</summary>
    static abstract TSelf Initial { get; }

    /// <summary>UTC, when it wants to be woken; null: not at all. Becomes the commit's <c>wake_at</c>.</summary>
    DateTimeOffset? WakeAt { get; }

    /// <summary>What is wrong with this state although it can never be: stops the activation before it is written. Null when all is well.</summary>
    string? Violation { get; }

    /// <summary>The state after <paramref name="happened"/>. An event that cannot happen now throws <see cref="CommerceException"/>.</summary>
    /// <param name="at">UTC, the time of the commit.</param>
    TSelf Apply(TEvent happened, DateTimeOffset at);
}

/// <summary>A grain that the <see cref="Timekeeper"/> can wake.</summary>
[Alias("commerce.aggregate"), GrainInterfaceType("commerce.aggregate")]
internal interface IAggregate : IGrainWithStringKey
{
    /// <summary>Its time has come: goes on with what is unfinished. May come at any time and twice.</summary>
    [Alias("wake"), ResponseTimeout("00:00:30")] // what is unfinished may wait for a vendor
    Task Wake();
}

/// <summary>Requests that an aggregate has carried out, by key, so that a repetition is recognised. Holds the last <see cref="Limit"/>.</summary>
internal sealed record Operations(ImmutableDictionary<string, string?> Seen, ImmutableQueue<string> Order)
{
    public const int Limit = 256;

    public static Operations None { get; } = new(ImmutableDictionary<string, string?>.Empty.WithComparers(StringComparer.Ordinal), []);

    /// <summary>Whether this very request was carried out. The key with another fingerprint is refused.</summary>
    public bool Contains(Request request)
    {
        if (request.Key is not { } key || !Seen.TryGetValue(key, out var fingerprint))
        {
            return false;
        }

        return fingerprint == request.Fingerprint ? true : throw new CommerceException(CommonErrors.KeyReused(key));
    }

    public Operations Add(string key, string? fingerprint)
    {
        if (Seen.ContainsKey(key))
        {
            return this;
        }

        var (seen, order) = (Seen, Order);
        if (seen.Count >= Limit)
        {
            order = order.Dequeue(out var oldest);
            seen = seen.Remove(oldest);
        }

        return new Operations(seen.Add(key, fingerprint), order.Enqueue(key));
    }
}
