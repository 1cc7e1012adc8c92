namespace Commerce.Events;

/// <summary>An event on its way to readers; its frame is worded once, by the first who needs it, and shared by all.</summary>
internal sealed class FeedEvent(LifecycleEvent happened)
{
    private byte[]? frame;

    public EventCursor Cursor => happened.Cursor;

    public string Aggregate => happened.Aggregate;

    public ReadOnlyMemory<byte> Frame => frame ??= CloudEvents.Frame(happened);
}
