namespace Commerce.Storage;

/// <summary>Up to which position the journal can be read safely, and who waits for more.</summary>
internal sealed class JournalHead(long position = 0)
{
    private TaskCompletionSource advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long position = position;

    public long Position => Volatile.Read(ref position);

    /// <summary>Called by one thread at a time; a head never moves back.</summary>
    public void Advance(long to)
    {
        if (to > Position)
        {
            Volatile.Write(ref position, to);
            Interlocked.Exchange(ref advanced, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }

    /// <inheritdoc cref="Journal.IJournalShard.WaitBeyond"/>
    public async Task WaitBeyond(long after, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(wait);
        while (Position <= after && !patience.IsCancellationRequested)
        {
            var next = Volatile.Read(ref advanced).Task;
            if (Position > after)
            {
                return;
            }

            await next.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
