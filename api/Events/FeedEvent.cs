namespace Commerce.Events;

/// <summary>An event on its way to readers; its frame is worded once, by the first who needs it, and shared by all.</summary>
internal sealed class FeedEvent(LifecycleEvent happened)
{
    private byte[]? frame;

    public EventCursor Cursor => happened.Cursor;

    public string Aggregate => happened.Aggregate;

    /// <summary>The same for a reader who stands elsewhere: of several shards, readers may have come further in one and less far in another.</summary>
    public FeedEvent Seen(EventCursor cursor) => cursor == Cursor ? this : new FeedEvent(happened with { Cursor = cursor });

    public ReadOnlyMemory<byte> Frame => frame ??= CloudEvents.Frame(happened);
}
