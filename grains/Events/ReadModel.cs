using System.Text.Json;
using Commerce.Journal;

namespace Commerce.Events;

/// <summary>What the journal is folded to for readers. Pure: no clock, no storage, no grains; what it makes of the same events is the same for good.</summary>
internal abstract class ReadModel
{
    public abstract string Name { get; }

    /// <summary>
    /// Longest that what was folded may wait to be stored together with what follows: a transaction for many events instead of one for each batch. Zero, the default: it is
    /// stored at once. What is lost in between is folded again from the journal.
    /// </summary>
    public virtual TimeSpan Patience => TimeSpan.Zero;

    /// <summary>Whether the model makes anything of events of this aggregate: the others only move its cursor.</summary>
    public abstract bool Concerns(string aggregate);

    /// <summary>Ids of the rows that have to be seen to tell what an event makes of them. Rows belong to the event's aggregate, and so to one partition.</summary>
    public abstract IEnumerable<string> Needs(LifecycleEvent happened);

    /// <summary>The rows that the event changes, as it leaves them; a null body removes one. Applied again, it changes nothing or is made good by what follows.</summary>
    /// <param name="find">A row that was needed, as it stands; null when there is none.</param>
    public abstract IEnumerable<ReadModelRow> Apply(LifecycleEvent happened, Func<string, ReadModelRow?> find);

    /// <summary>The name that a generation's rows, checkpoints and parked events stand under.</summary>
    public static string Stored(string name, int generation) => generation == 1 ? name : $"{name}~{generation}";

    protected static byte[] Write<T>(T body) => JsonSerializer.SerializeToUtf8Bytes(body, JournalJson.Default.GetTypeInfo(typeof(T))!);

    /// <summary>What <see cref="Write"/> wrote.</summary>
    public static T Read<T>(byte[] body) => (T)JsonSerializer.Deserialize(body, JournalJson.Default.GetTypeInfo(typeof(T))!)!;
}
