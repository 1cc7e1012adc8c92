using System.Collections.Concurrent;

namespace Commerce.Load.Checks;

/// <summary>What buyers were told, to be held against what is. Long runs keep a part of it: every n-th order.</summary>
internal sealed class Told(int keepEvery = 1)
{
    private readonly ConcurrentQueue<(string Key, string Order)> orders = new();
    private readonly ConcurrentDictionary<string, string> refused = new();
    private readonly ConcurrentDictionary<string, long> reasons = new();
    private long sold;

    /// <summary>Orders that buyers were told of.</summary>
    public long Sold => Interlocked.Read(ref sold);

    public bool IsSample => keepEvery > 1;

    public IReadOnlyCollection<(string Key, string Order)> Orders => orders;

    /// <summary>Keys of purchases that were refused for good, with the reason.</summary>
    public IReadOnlyDictionary<string, string> Refused => refused;

    /// <summary>How often a reason was given.</summary>
    public IReadOnlyList<(string Reason, long Count)> Reasons => [.. reasons.OrderByDescending(static reason => reason.Value).Select(static reason => (reason.Key, reason.Value))];

    public void Ordered(string key, string order)
    {
        if (Interlocked.Increment(ref sold) % keepEvery == 0)
        {
            orders.Enqueue((key, order));
        }
    }

    public void Refuse(string key, string reason)
    {
        Count(reason);
        if (keepEvery == 1)
        {
            refused[key] = reason;
        }
    }

    /// <summary>Something that is neither an order nor a final refusal.</summary>
    public void Count(string reason) => reasons.AddOrUpdate(reason, 1, static (_, count) => count + 1);
}
