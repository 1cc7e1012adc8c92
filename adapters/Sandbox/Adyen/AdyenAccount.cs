using Microsoft.Extensions.Options;

namespace Commerce.Sandbox.Adyen;

/// <summary>The state of the pretend merchant account: a fold of the journal, in memory. Everything in it is changed by <see cref="Commit"/> alone.</summary>
internal sealed class AdyenAccount : IWebhookSource, IVendorBooks
{
    public const string Name = "adyen";

    private readonly Lock gate = new();
    private readonly Dictionary<string, AdyenPayment> payments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> byReference = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> byRedirect = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AdyenToken> tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (AdyenAnswer Answer, long At)> keys = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, long At)> keysByAge = new();
    private readonly List<string> failsNext = [];
    private readonly List<AdyenMiswriting> miswritings = [];
    private readonly HashSet<string> keysInFlight = new(StringComparer.Ordinal);
    private readonly List<(VendorTransaction Transaction, AdyenPayment Payment, string? Key, long At)> bookings = [];
    private readonly Dictionary<string, AdyenEvent> undelivered = new(StringComparer.Ordinal);
    private readonly SandboxJournal journal;
    private readonly TimeProvider time;
    private readonly AdyenSignature signature;
    private readonly bool sendsWebhooks;
    private readonly long retention, webhookDelay;

    public AdyenAccount(SandboxJournal journal, IOptions<SandboxOptions> options, TimeProvider time)
    {
        this.journal = journal;
        this.time = time;
        signature = new AdyenSignature(options.Value);
        sendsWebhooks = options.Value.SendsWebhooks(Name);
        retention = (long)options.Value.AdyenKeyRetention.TotalMilliseconds;
        webhookDelay = (long)options.Value.AdyenWebhookDelay.TotalMilliseconds;
        journal.Replay(Replayed);
    }

    public string Vendor => Name;

    public Action<VendorEvent>? Raised { get; set; }

    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What is known under an idempotency key: the answer that it was given, a conflict, or null: go ahead, and <see cref="Release"/> it afterwards.</summary>
    public AdyenAnswer? Claim(string key)
    {
        lock (gate)
        {
            return keys.TryGetValue(key, out var kept) && kept.At + retention > Now ? kept.Answer
                : keysInFlight.Add(key) ? null
                : AdyenAnswer.Refused(422, "704", "request already processed or in progress") with { Transient = true };
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
    public AdyenAnswer Commit(AdyenCall call, Func<AdyenAccount, AdyenCall, AdyenDecision> decide)
    {
        AdyenEvent[] raised;
        AdyenAnswer answer;
        lock (gate)
        {
            var decision = decide(this, call);
            answer = decision.Answer;
            if (decision.Entry is null)
            {
                return answer;
            }

            var entry = new SandboxEntry
            {
                At = call.Now,
                Adyen = decision.Entry with
                {
                    Notify = sendsWebhooks && decision.Entry.Events is not null,
                    Key = call.Key is null ? null : new AdyenKept(call.Key, answer.Status, answer.Body),
                },
            };
            raised = Apply(entry.Adyen, entry.At);
            journal.Append(entry);
        }

        foreach (var happened in raised)
        {
            Raised?.Invoke(happened);
        }

        return answer;
    }

    public AdyenPayment? Payment(string psp)
    {
        lock (gate)
        {
            return payments.GetValueOrDefault(psp);
        }
    }

    /// <summary>The latest payment of the merchant's reference.</summary>
    public AdyenPayment? OfReference(string reference)
    {
        lock (gate)
        {
            return byReference.TryGetValue(reference, out var psp) ? payments[psp] : null;
        }
    }

    public AdyenPayment? OfRedirect(string result)
    {
        lock (gate)
        {
            return byRedirect.TryGetValue(result, out var psp) ? payments[psp] : null;
        }
    }

    public AdyenToken? Token(string id)
    {
        lock (gate)
        {
            return tokens.GetValueOrDefault(id);
        }
    }

    public AdyenToken[] Tokens(string shopper)
    {
        lock (gate)
        {
            return [.. tokens.Values.Where(token => token.Shopper == shopper)];
        }
    }

    /// <summary>What is written wrong in the report on purpose.</summary>
    public IReadOnlyCollection<AdyenMiswriting> Miswritings()
    {
        lock (gate)
        {
            return [.. miswritings];
        }
    }

    /// <summary>Whether somebody asked for the next one of that kind to fail after it was accepted.</summary>
    public bool FailsNext(string kind)
    {
        lock (gate)
        {
            return failsNext.Contains(kind);
        }
    }

    public IReadOnlyList<VendorBooking> Bookings(int from, int limit)
    {
        lock (gate)
        {
            return [.. bookings.GetRange(from, Math.Clamp(bookings.Count - from, 0, limit)).Select(Exported)];
        }
    }

    public IReadOnlyList<VendorBooking> Newest(int limit)
    {
        lock (gate)
        {
            return [.. bookings.TakeLast(limit).Reverse().Select(Exported)];
        }
    }

    public IReadOnlyList<VendorEvent> Undelivered()
    {
        lock (gate)
        {
            return [.. undelivered.Values];
        }
    }

    public void Delivered(string eventId)
    {
        lock (gate)
        {
            undelivered.Remove(eventId);
            journal.Append(new SandboxEntry { At = Now, Delivered = eventId });
        }
    }

    public void Write(HttpRequestMessage request, VendorEvent happened, DateTimeOffset now, bool forged) => signature.Write(request, ((AdyenEvent)happened).Item, forged);

    private void Replayed(SandboxEntry entry)
    {
        if (entry.Adyen is not null)
        {
            Apply(entry.Adyen, entry.At);
        }

        if (entry.Delivered is not null)
        {
            undelivered.Remove(entry.Delivered);
        }
    }

    private AdyenEvent[] Apply(AdyenEntry entry, long at)
    {
        if (entry.Payment is { } payment)
        {
            payments[payment.Psp] = payment;
            byReference[payment.Reference] = payment.Psp;
            if (payment.RedirectResult is not null)
            {
                byRedirect[payment.RedirectResult] = payment.Psp;
            }
        }

        if (entry.Token is { } token)
        {
            if (token.Gone)
            {
                tokens.Remove(token.Id);
            }
            else
            {
                tokens[token.Id] = token;
            }
        }

        if (entry.Key is { } key)
        {
            Remember(key, at);
        }

        if (entry.Miswriting is { Kind: "clear" })
        {
            miswritings.Clear();
        }
        else if (entry.Miswriting is { } miswriting)
        {
            miswritings.Add(miswriting);
        }

        if (entry.FailsNext is { } next)
        {
            failsNext.Add(next);
        }

        if (entry.Failed is { } failed)
        {
            failsNext.Remove(failed);
        }

        foreach (var transaction in entry.Transactions ?? [])
        {
            // What failed changed no payment; its event says whose it was.
            bookings.Add((transaction, entry.Payment ?? payments[entry.Events![0].Original!], entry.Key?.Key ?? entry.Payment?.Key, at));
        }

        AdyenEvent[] raised = entry.Notify ? [.. (entry.Events ?? []).Select(item => new AdyenEvent(item) { NotBefore = item.At + webhookDelay })] : [];
        foreach (var happened in raised)
        {
            undelivered[happened.Id] = happened;
        }

        return raised;
    }

    private void Remember(AdyenKept kept, long at)
    {
        keys[kept.Key] = (new AdyenAnswer(kept.Status, kept.Body), at);
        keysByAge.Enqueue((kept.Key, at));
        while (keysByAge.TryPeek(out var oldest) && oldest.At + retention < at)
        {
            keysByAge.Dequeue();
            if (keys.TryGetValue(oldest.Key, out var known) && known.At == oldest.At)
            {
                keys.Remove(oldest.Key);
            }
        }
    }

    private static VendorBooking Exported((VendorTransaction Transaction, AdyenPayment Payment, string? Key, long At) booking)
    {
        var (transaction, payment, key, at) = booking;
        return new(Name, transaction.Id, payment.Psp, transaction.Kind, transaction.Amount, payment.Currency, key, payment.Meta("checkout_id"), payment.Reference, at, transaction.Outcome);
    }
}
