using Commerce.Sandbox.Stripe;

namespace Commerce.Sandbox;

/// <param name="Attempt">Times that it was sent and not taken.</param>
internal sealed record WebhookDelivery(StripeEvent Event, DateTimeOffset Due, int Attempt = 0);

/// <summary>What is still to be sent, earliest first. Rebuilt from the journal on start.</summary>
internal sealed class WebhookQueue(TimeProvider time, FaultBook faults)
{
    private static readonly TimeSpan LongestHeld = TimeSpan.FromSeconds(10), Behind = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private readonly PriorityQueue<WebhookDelivery, DateTimeOffset> deliveries = new();
    private WebhookDelivery? held;
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Add(StripeEvent happened)
    {
        var now = time.GetUtcNow();
        switch (faults.Next(happened.Type, "webhook"))
        {
            case { Kind: FaultKind.Duplicate } fault:
                Add(new WebhookDelivery(happened, now));
                Add(new WebhookDelivery(happened, now + TimeSpan.FromMilliseconds(fault.DelayMs)));
                break;
            case { Kind: FaultKind.Slow } fault:
                Add(new WebhookDelivery(happened, now + TimeSpan.FromMilliseconds(fault.DelayMs)));
                break;
            case { Kind: FaultKind.Reorder } fault:
                Hold(new WebhookDelivery(happened, now + (fault.DelayMs > 0 ? TimeSpan.FromMilliseconds(fault.DelayMs) : LongestHeld)));
                break;
            default:
                Add(new WebhookDelivery(happened, now));
                LetGo(now + Behind);
                break;
        }
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

    /// <summary>Keeps one back until another has gone before it, or its time is up.</summary>
    private void Hold(WebhookDelivery delivery)
    {
        lock (gate)
        {
            held = delivery;
        }

        Add(delivery);
    }

    private void LetGo(DateTimeOffset due)
    {
        lock (gate)
        {
            if (held is not null && deliveries.Remove(held, out var delivery, out _))
            {
                deliveries.Enqueue(delivery with { Due = due }, due);
                arrived.TrySetResult();
            }

            held = null;
        }
    }
}
