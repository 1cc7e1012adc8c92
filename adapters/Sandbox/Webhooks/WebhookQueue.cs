namespace Commerce.Sandbox;

/// <param name="Attempt">Times that it was sent and not taken.</param>
/// <param name="Forged">Goes out with a signature that does not fit; the next attempt does not.</param>
internal sealed record WebhookDelivery(IWebhookSource Source, VendorEvent Event, DateTimeOffset Due, int Attempt = 0, bool Forged = false);

/// <summary>What is still to be sent, earliest first. Rebuilt from the journal on start.</summary>
internal sealed class WebhookQueue(TimeProvider time, FaultBook faults)
{
    private const int MostHeld = 8;

    private static readonly TimeSpan LongestHeld = TimeSpan.FromSeconds(10), Behind = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private readonly PriorityQueue<WebhookDelivery, DateTimeOffset> deliveries = new();
    private readonly List<WebhookDelivery> held = [];
    private readonly Random shuffling = new(1);
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes in what a vendor has just raised, with whatever is to go wrong with it.</summary>
    public void Add(IWebhookSource source, VendorEvent happened)
    {
        var now = time.GetUtcNow();
        now = DateTimeOffset.FromUnixTimeMilliseconds(happened.NotBefore) is var due && due > now ? due : now;
        var fault = faults.Next(happened.Vendor, happened.Type, "webhook");
        var delay = TimeSpan.FromMilliseconds(fault?.DelayMs ?? 0);
        var delivery = new WebhookDelivery(source, happened, now);
        switch (fault?.Kind)
        {
            case FaultKind.Never:
                source.Delivered(happened.Id);
                return;
            case FaultKind.Duplicate:
                Add(delivery);
                Add(delivery with { Due = now + delay });
                break;
            case FaultKind.Reorder:
                Hold(delivery with { Due = now + (delay > TimeSpan.Zero ? delay : LongestHeld) });
                return;
            case FaultKind.BadSignature:
                Add(delivery with { Due = now + delay, Forged = true });
                break;
            case FaultKind.Slow:
                Add(delivery with { Due = now + delay });
                return;
            default:
                Add(delivery);
                break;
        }

        LetGo(now + Behind);
    }

    public void Add(WebhookDelivery delivery)
    {
        lock (gate)
        {
            deliveries.Enqueue(delivery, delivery.Due);
            arrived.TrySetResult();
        }
    }

    /// <summary>The next one that is due, as soon as it is.</summary>
    public async Task<WebhookDelivery> Next(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrival;
            TimeSpan wait;
            lock (gate)
            {
                wait = Timeout.InfiniteTimeSpan;
                if (deliveries.TryPeek(out var first, out var due))
                {
                    wait = due - time.GetUtcNow();
                    if (wait <= TimeSpan.Zero)
                    {
                        held.Remove(first);
                        return deliveries.Dequeue();
                    }
                }

                if (arrived.Task.IsCompleted)
                {
                    arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                arrival = arrived.Task;
            }

            if (wait == Timeout.InfiniteTimeSpan)
            {
                await arrival.WaitAsync(cancellationToken);
                continue;
            }

            using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(arrival, Task.Delay(wait, time, left.Token));
            await left.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Keeps it back until another has gone before it, enough of them are kept to be shuffled, or its time is up.</summary>
    private void Hold(WebhookDelivery delivery)
    {
        Add(delivery);
        bool full;
        lock (gate)
        {
            held.Add(delivery);
            full = held.Count >= MostHeld;
        }

        if (full)
        {
            LetGo(time.GetUtcNow());
        }
    }

    /// <summary>Sends on all that were kept back, in an order of chance.</summary>
    private void LetGo(DateTimeOffset due)
    {
        lock (gate)
        {
            if (held.Count == 0)
            {
                return;
            }

            var order = held.ToArray();
            held.Clear();
            shuffling.Shuffle(order);
            foreach (var kept in order)
            {
                if (deliveries.Remove(kept, out var delivery, out _))
                {
                    deliveries.Enqueue(delivery with { Due = due }, due);
                    due += TimeSpan.FromMilliseconds(1);
                }
            }

            arrived.TrySetResult();
        }
    }
}
