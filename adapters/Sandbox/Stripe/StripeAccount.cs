using System.Text;
using Microsoft.Extensions.Options;

namespace Commerce.Sandbox.Stripe;

/// <summary>The state of the pretend Stripe account: a fold of the journal, in memory. Everything in it is changed by <see cref="Commit"/> alone.</summary>
internal sealed class StripeAccount : IWebhookSource, IVendorBooks
{
    public const string Name = "stripe";

    private const int EventsListed = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Slot> intents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Slot> byPayment = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Refund> refunds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dispute> disputes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Customer> customers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KeptMethod> methods = new(StringComparer.Ordinal);
    private readonly List<SettlementError> settlementErrors = [];
    private readonly Queue<(string Id, long At)> authorisations = new();
    private readonly Queue<(string Id, long At)> refundsDue = new(), disputesDue = new();
    private readonly Dictionary<string, Kept> keys = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, long At)> keysByAge = new();
    private readonly HashSet<string> keysInFlight = new(StringComparer.Ordinal);
    private readonly List<Booking> bookings = [];
    private readonly List<PaymentIntent> created = [];
    private readonly Queue<StripeEvent> events = new();
    private readonly Dictionary<string, StripeEvent> undelivered = new(StringComparer.Ordinal);
    private readonly SandboxJournal journal;
    private readonly TimeProvider time;
    private readonly long retention;
    private readonly byte[][] secrets;

    public StripeAccount(SandboxJournal journal, IOptions<SandboxOptions> options, TimeProvider time)
    {
        this.journal = journal;
        this.time = time;
        retention = (long)options.Value.KeyRetention.TotalMilliseconds;
        SendsWebhooks = options.Value.SendsWebhooks(Name);
        secrets = [.. options.Value.WebhookSecret.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];
        Delay = (long)options.Value.LaterDelay.TotalMilliseconds;
        WebhookTypes = options.Value.WebhookEvents?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        journal.Replay(entry => Apply(entry));
    }

    public string Vendor => Name;

    public Action<VendorEvent>? Raised { get; set; }

    /// <summary>Milliseconds until that happens which happens later by itself.</summary>
    public long Delay { get; }

    private bool SendsWebhooks { get; }

    private string[]? WebhookTypes { get; }

    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What is known under an idempotency key: the answer that it was given, a conflict, or null: go ahead, and <see cref="Release"/> it afterwards.</summary>
    public Answer? Claim(string key, ulong fingerprint)
    {
        lock (gate)
        {
            if (keys.TryGetValue(key, out var kept) && kept.At + retention > Now)
            {
                return kept.Fingerprint == fingerprint
                    ? kept.Answer with { Replayed = true }
                    : new Answer(400)
                    {
                        Error = new("idempotency_error", $"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."),
                    };
            }

            return keysInFlight.Add(key) ? null : new Answer(409)
            {
                Error = new("idempotency_error", $"There is currently another in-progress request using this Idempotent Key: '{key}'. Please try again later.", "idempotency_key_in_use"),
            };
        }
    }

    public void Release(string key)
    {
        lock (gate)
        {
            keysInFlight.Remove(key);
        }
    }

    /// <summary>Decides on the state as it is and takes in what was decided, in one step. The answer is durable once the journal is.</summary>
    public Answer Commit(StripeCall call, Func<StripeAccount, StripeCall, Decision> decide)
    {
        StripeEvent[] raised;
        Answer answer;
        lock (gate)
        {
            var decision = decide(this, call);
            answer = decision.Answer;
            if (decision.Entry is null)
            {
                return answer;
            }

            var entry = decision.Entry with
            {
                At = call.Now,
                Notify = SendsWebhooks && decision.Entry.Events is not null,
                Key = call.Key is null ? null : new KeptKey(call.Key, call.Fingerprint, answer.Status, answer.Error),
            };
            raised = Apply(entry);
            journal.Append(entry);
        }

        foreach (var happened in raised)
        {
            Raised?.Invoke(happened);
        }

        return answer;
    }

    public void Delivered(string eventId)
    {
        lock (gate)
        {
            var entry = new SandboxEntry { At = Now, Delivered = eventId };
            Apply(entry);
            journal.Append(entry);
        }
    }

    /// <summary>The intent as it is now. Re-entered by a decision that is being taken.</summary>
    public PaymentIntent? Intent(string id)
    {
        lock (gate)
        {
            return intents.GetValueOrDefault(id)?.Current;
        }
    }

    public Refund? Refund(string id)
    {
        lock (gate)
        {
            return refunds.GetValueOrDefault(id);
        }
    }

    public Dispute? Dispute(string id)
    {
        lock (gate)
        {
            return disputes.GetValueOrDefault(id);
        }
    }

    public List<Dispute> Disputes(Func<Dispute, bool> which, int limit)
    {
        lock (gate)
        {
            return [.. disputes.Values.Where(which).Reverse().Take(limit)];
        }
    }

    public Customer? Customer(string id)
    {
        lock (gate)
        {
            return customers.GetValueOrDefault(id);
        }
    }

    /// <summary>Customers that carry all of that metadata.</summary>
    public List<Customer> Customers(IReadOnlyList<KeyValuePair<string, string>> metadata, int limit)
    {
        lock (gate)
        {
            return [.. customers.Values.Where(customer => metadata.All(clause => StripeForm.Meta(customer.Metadata, clause.Key) == clause.Value)).Take(limit)];
        }
    }

    public KeptMethod? Method(string id)
    {
        lock (gate)
        {
            return methods.GetValueOrDefault(id);
        }
    }

    /// <summary>What a customer keeps, newest first.</summary>
    public List<KeptMethod> Methods(string customer, int limit)
    {
        lock (gate)
        {
            return [.. methods.Values.Where(method => method.Customer == customer).Reverse().Take(limit)];
        }
    }

    /// <summary>Something that is to happen by now, and how; each once. Null: nothing is.</summary>
    public (string Id, Func<StripeAccount, StripeCall, Decision> Decide)? Due()
    {
        lock (gate)
        {
            return Due(refundsDue, id => refunds[id].Due > 0) is { } refund ? (refund, StripeRefunds.Later)
                : Due(disputesDue, id => intents[id].Current.DisputeDue > 0) is { } intent ? (intent, StripePayments.Dispute)
                : Due(authorisations, id => intents[id].Current.Status is IntentStatus.RequiresCapture) is { } lapsed ? (lapsed, StripePayments.Expire)
                : null;
        }
    }

    public IReadOnlyCollection<SettlementError> SettlementErrors()
    {
        lock (gate)
        {
            return [.. settlementErrors];
        }
    }

    /// <summary>Intents that carry all of that metadata, newest first.</summary>
    public List<PaymentIntent> Search(IReadOnlyList<KeyValuePair<string, string>> metadata, int limit)
    {
        lock (gate)
        {
            var found = new List<PaymentIntent>();
            var payment = metadata.FirstOrDefault(clause => clause.Key == "payment_id").Value;
            var candidates = payment is null
                ? Newest().Select(intent => intents[intent.Id].Current)
                : Chain(byPayment.GetValueOrDefault(payment)).Select(slot => slot.Current);
            foreach (var intent in candidates)
            {
                if (metadata.All(clause => intent.Meta(clause.Key) == clause.Value))
                {
                    found.Add(intent);
                    if (found.Count == limit)
                    {
                        break;
                    }
                }
            }

            return found;
        }
    }

    /// <summary>Up to <paramref name="limit"/> intents, newest first, past <paramref name="after"/>.</summary>
    public List<PaymentIntent> Intents(string? after, long from, long to, int limit)
    {
        lock (gate)
        {
            return [.. Newest().SkipWhile(intent => after is not null && intent.Id != after).Skip(after is null ? 0 : 1)
                .Where(intent => intent.Created >= from && intent.Created < to).Take(limit).Select(intent => intents[intent.Id].Current)];
        }
    }

    public List<Refund> Refunds(Func<Refund, bool> which, int limit)
    {
        lock (gate)
        {
            return [.. refunds.Values.Where(which).OrderByDescending(refund => refund.Created).Take(limit)];
        }
    }

    public IReadOnlyList<VendorBooking> Bookings(int from, int limit)
    {
        lock (gate)
        {
            return [.. bookings.GetRange(from, Math.Clamp(bookings.Count - from, 0, limit)).Select(booking => booking.Exported)];
        }
    }

    public IReadOnlyList<VendorBooking> Newest(int limit)
    {
        lock (gate)
        {
            return [.. bookings.TakeLast(limit).Reverse().Select(booking => booking.Exported)];
        }
    }

    /// <summary>What was settled in a span of Unix seconds, newest first, past <paramref name="after"/>.</summary>
    /// <param name="source">Only of that charge, refund or dispute; null: all.</param>
    public List<SettlementLine> Settlements(string? after, string? source, long from, long to, int limit)
    {
        lock (gate)
        {
            var lines = SettlementError.In(bookings.Select(SettlementLine.Of).OfType<SettlementLine>(), settlementErrors)
                .Where(line => line.Created >= from && line.Created < to && (source is null || line.Source == source));

            return [.. (after is null ? lines : lines.SkipWhile(line => line.Id != after).Skip(1)).Take(limit)];
        }
    }

    /// <summary>The newest events, newest first.</summary>
    public List<StripeEvent> Events(int limit)
    {
        lock (gate)
        {
            return [.. events.Reverse().Take(limit)];
        }
    }

    public IReadOnlyList<VendorEvent> Undelivered()
    {
        lock (gate)
        {
            return [.. undelivered.Values];
        }
    }

    public void Write(HttpRequestMessage request, VendorEvent happened, DateTimeOffset now, bool forged) =>
        StripeSignature.Write(request, (StripeEvent)happened, now, forged ? null : secrets);

    /// <summary>The first in line when its time has come; whatever <paramref name="waits"/> no more is dropped.</summary>
    private string? Due(Queue<(string Id, long At)> line, Func<string, bool> waits)
    {
        while (line.TryPeek(out var first) && first.At <= Now)
        {
            line.Dequeue();
            if (waits(first.Id))
            {
                return first.Id;
            }
        }

        return null;
    }

    private StripeEvent[] Apply(SandboxEntry entry)
    {
        var intent = entry.Intent;
        if (intent is not null)
        {
            Remember(intent);
        }

        if (entry.Refund is { } refund)
        {
            refunds[refund.Id] = refund;
            if (refund.Due > 0)
            {
                refundsDue.Enqueue((refund.Id, refund.Due));
            }
        }

        if (entry.Dispute is { } dispute)
        {
            disputes[dispute.Id] = dispute;
        }

        if (entry.Customer is { } customer)
        {
            customers[customer.Id] = customer;
        }

        if (entry.Method is { } method)
        {
            methods[method.Id] = method;
        }

        if (entry.Settlement is { Kind: "clear" })
        {
            settlementErrors.Clear();
        }
        else if (entry.Settlement is { } error)
        {
            settlementErrors.Add(error);
        }

        if (entry.Key is { } key)
        {
            Remember(key, entry);
        }

        foreach (var transaction in intent is null ? [] : entry.Transactions ?? [])
        {
            bookings.Add(new Booking(transaction, intent!, entry.Key?.Key ?? intent!.Key, entry.At));
        }

        if (entry.Delivered is { } delivered)
        {
            undelivered.Remove(delivered);
        }

        return entry.Events is null || intent is null ? [] : Raise(entry, intent);
    }

    private void Remember(PaymentIntent intent)
    {
        var known = intents.TryGetValue(intent.Id, out var slot);
        if (intent.Status is IntentStatus.RequiresCapture && slot?.Current.Status is not IntentStatus.RequiresCapture)
        {
            authorisations.Enqueue((intent.Id, intent.CaptureBefore * 1000));
        }

        if (intent.DisputeDue > 0 && slot?.Current.DisputeDue is not > 0)
        {
            disputesDue.Enqueue((intent.Id, intent.DisputeDue));
        }

        if (known)
        {
            slot!.Current = intent;
            return;
        }

        slot = new Slot { Current = intent };
        intents.Add(intent.Id, slot);
        created.Add(intent);
        if (intent.Meta("payment_id") is { } payment)
        {
            slot.Earlier = byPayment.GetValueOrDefault(payment);
            byPayment[payment] = slot;
        }
    }

    private void Remember(KeptKey key, SandboxEntry entry)
    {
        keys[key.Key] = new Kept(key.Fingerprint, entry.At, new Answer(key.Status)
        {
            Intent = entry is { Refund: null, Dispute: null } ? entry.Intent : null,
            Refund = entry.Refund,
            Dispute = entry.Dispute,
            Customer = entry.Customer,
            Method = entry.Intent is null ? entry.Method : null,
            Error = key.Error,
        });
        keysByAge.Enqueue((key.Key, entry.At));
        while (keysByAge.TryPeek(out var oldest) && oldest.At + retention < entry.At)
        {
            keysByAge.Dequeue();
            if (keys.TryGetValue(oldest.Key, out var kept) && kept.At == oldest.At)
            {
                keys.Remove(oldest.Key);
            }
        }
    }

    private StripeEvent[] Raise(SandboxEntry entry, PaymentIntent intent)
    {
        var raised = new List<StripeEvent>(2);
        for (var i = 0; i + 1 < entry.Events!.Length; i += 2)
        {
            var happened = new StripeEvent(entry.Events[i], entry.Events[i + 1], entry.At / 1000, intent, entry.Refund, entry.Dispute);
            events.Enqueue(happened);
            if (events.Count > EventsListed)
            {
                events.Dequeue();
            }

            if (entry.Notify && (WebhookTypes is null || WebhookTypes.Contains(happened.Type)))
            {
                undelivered[happened.Id] = happened;
                raised.Add(happened);
            }
        }

        return [.. raised];
    }

    private IEnumerable<PaymentIntent> Newest()
    {
        for (var i = created.Count - 1; i >= 0; i--)
        {
            yield return created[i];
        }
    }

    private static IEnumerable<Slot> Chain(Slot? slot)
    {
        for (; slot is not null; slot = slot.Earlier)
        {
            yield return slot;
        }
    }

    private sealed class Slot
    {
        public required PaymentIntent Current { get; set; }

        /// <summary>The one created before for the same payment.</summary>
        public Slot? Earlier { get; set; }
    }

    private sealed record Kept(ulong Fingerprint, long At, Answer Answer);
}
