using Commerce.Journal;
using Orleans.Placement;

namespace Commerce.Drops;

/// <inheritdoc cref="IDropRoomGrain"/>
/// <remarks>One that is full takes a last snapshot: whoever reads it then reads one row, and nobody writes it again.</remarks>
[GrainType("drop-room"), Reentrant, PreferLocalPlacement, CollectionAgeLimit(Minutes = 1)]
internal sealed class DropRoomGrain : AggregateGrain<DropRoom, DropRoomEvent>, IDropRoomGrain
{
    protected override int SnapshotEvery => State.IsFull ? 1 : 256;

    public async Task Append(int after, byte[] entries)
    {
        if (after < State.Count && Stored(after, entries))
        {
            await Settled();
            return;
        }

        if (after != State.Count)
        {
            // Whoever asks knows less than is stored, or this activation does: either way one of the two begins again.
            DeactivateOnIdle();
            throw new CommerceException(CommonErrors.LostFence(Id));
        }

        await Commit(new PlacesTaken(after, entries));
    }

    public Task<byte[]> Read() => Task.FromResult(Durable.Bytes());

    private bool Stored(int after, byte[] entries) => State.Bytes().AsSpan(after * Entry.Size).StartsWith(entries);
}
