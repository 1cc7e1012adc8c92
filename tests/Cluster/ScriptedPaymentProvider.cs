using System.Text;
using Commerce.Payments;

namespace Commerce.Tests.Cluster;

internal enum Fault
{
    /// <summary>It happens, and the answer gets lost.</summary>
    LostAnswer,

    /// <summary>It never arrives, and nobody can tell that from a lost answer.</summary>
    LostRequest,

    Unavailable,

    /// <summary>It happens, and the caller breaks.</summary>
    Crash,
}

/// <summary>
/// A bank that keeps a book by key, and does as it is told: <c>card</c> is authorised, <c>declined</c> declined, <c>3ds</c> waits for the shopper,
/// <c>unsupported</c> is no card that it takes.
/// </summary>
internal sealed class ScriptedPaymentProvider(string name = "scripted") : IPaymentProvider
{
    private readonly ConcurrentDictionary<string, Account> accounts = new();

    public string Name => name;

    public PaymentCapabilities Capabilities { get; set; } = new(true, true, true, true, false, TimeSpan.FromDays(180)) { StoresMethods = true };

    /// <summary>Takes captures, voids and refunds on, and can tell what became of them only by webhook, as some banks do.</summary>
    public static PaymentCapabilities Silent { get; } = new(true, true, true, true, true, TimeSpan.FromDays(180)) { Asynchronous = true, CanBeAsked = false };

    /// <summary>Methods that shoppers keep, by pseudonym.</summary>
    public ConcurrentDictionary<string, ImmutableArray<StoredMethod>> Kept { get; } = new();

    public Account this[string paymentId] => accounts.GetOrAdd(paymentId, static id => new Account(id));

    public string? Refuses(string method) => method is "card" or "declined" or "3ds" or "unsupported" ? null : "card, declined or 3ds";

    public async Task<Outcome<Authorisation>> Authorise(AuthorisationRequest request, CancellationToken cancellationToken)
    {
        var account = this[request.PaymentId];
        await account.Pass("authorise");
        return account.Carry<Authorisation>("authorise", request.Key, () => account.Authorise(request), () => request.Method switch
        {
            "unsupported" => new Outcome<Authorisation>.Declined(Declines.Of(Declines.CardNotSupported, "network"), account.Reference),
            _ when account.State is AuthorisationState.Failed => new Outcome<Authorisation>.Declined(Declines.Of(Declines.CardDeclined), account.Reference),
            _ when account.State is AuthorisationState.RequiresAction =>
                new Outcome<Authorisation>.RequiresAction(account.Reference, account.Action),
            _ => new Outcome<Authorisation>.Ok(account.Shown),
        });
    }

    public Task<Outcome<Authorisation?>> Find(string paymentId, string? reference, CancellationToken cancellationToken)
    {
        var account = this[paymentId];
        if (!Capabilities.CanBeAsked)
        {
            return Task.FromResult<Outcome<Authorisation?>>(new Outcome<Authorisation?>.Rejected("not_supported", "It tells by webhook."));
        }

        return Task.FromResult(account.Carry<Authorisation?>("find", "find", static () => { }, () => new Outcome<Authorisation?>.Ok(account.IsKnown ? account.Shown : null)));
    }

    public Task<Outcome<Movement>> Capture(MovementRequest request, CancellationToken cancellationToken) => Move("capture", request, static (account, amount) => account.Captured += amount);

    public Task<Outcome<Movement>> Void(MovementRequest request, CancellationToken cancellationToken) => Move("void", request, static (account, _) => account.Void());

    public Task<Outcome<Movement>> Refund(MovementRequest request, CancellationToken cancellationToken) => Move("refund", request, static (account, amount) => account.Refunded += amount);

    public string? Refuses(Money amount) => amount.Amount > 0 ? null : "An amount is above zero.";

    /// <summary>Details that say <c>result = failed</c> fail; any others succeed.</summary>
    public Task<Outcome<Authorisation>> Confirm(ConfirmationRequest request, CancellationToken cancellationToken)
    {
        var account = this[request.Authorisation.PaymentId];
        return Task.FromResult(account.Carry<Authorisation>("confirm", request.Key, () => account.Authenticate(request.Details.GetValueOrDefault("result") != "failed"), () =>
            account.State is AuthorisationState.Failed
                ? new Outcome<Authorisation>.Declined(Declines.Of(Declines.AuthenticationFailed, "3ds_n"), account.Reference)
                : new Outcome<Authorisation>.Ok(account.Shown)));
    }

    public Task<Outcome<Movement>> Adjust(MovementRequest request, CancellationToken cancellationToken) => Move("adjust", request, static (account, amount) => account.Adjust(amount));

    /// <summary>Knows what was settled or refused, and of the rest that it was accepted.</summary>
    public Task<Outcome<Movement?>> FindMovement(TransactionKind kind, MovementRequest request, CancellationToken cancellationToken) => Task.FromResult(
        !Capabilities.CanBeAsked ? new Outcome<Movement?>.Rejected("not_supported", "It tells by webhook.")
        : this[request.PaymentId].Settled.TryGetValue(request.Key, out var done)
            ? done
                ? new Outcome<Movement?>.Ok(new Movement(Account.ReferenceOf(request.Key), request.Amount, Money.Zero(request.Amount.Currency)))
                : new Outcome<Movement?>.Rejected("refused", "No.")
            : (Outcome<Movement?>)new Outcome<Movement?>.Ok(new Movement(Account.ReferenceOf(request.Key), request.Amount, Money.Zero(request.Amount.Currency), MovementState.Accepted)));

    /// <summary>Its books, in any order.</summary>
    public List<Settlement> Booked { get; } = [];

    /// <summary>How often it does not answer for its books before it does.</summary>
    public int BooksClosed { get; set; }

    public Task<Outcome<SettlementPage>> Settlements(DateOnly day, string? cursor, CancellationToken cancellationToken)
    {
        const int size = 400;
        if (BooksClosed > 0)
        {
            BooksClosed--;
            return Task.FromResult<Outcome<SettlementPage>>(new Outcome<SettlementPage>.Unavailable(TimeSpan.FromMilliseconds(50)));
        }

        var from = cursor is null ? 0 : int.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture);
        var lines = Booked.Where(line => DateOnly.FromDateTime(line.At.UtcDateTime) == day).Skip(from).Take(size + 1).ToArray();
        return Task.FromResult<Outcome<SettlementPage>>(new Outcome<SettlementPage>.Ok(
            new SettlementPage([.. lines.Take(size)], lines.Length > size ? (from + size).ToString(System.Globalization.CultureInfo.InvariantCulture) : null)));
    }

    public Task<Outcome<ImmutableArray<Dispute>>> Disputes(string reference, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<ImmutableArray<Dispute>>>(new Outcome<ImmutableArray<Dispute>>.Ok([]));

    public Task<Outcome<ImmutableArray<StoredMethod>>> StoredMethods(string shopper, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<ImmutableArray<StoredMethod>>>(new Outcome<ImmutableArray<StoredMethod>>.Ok(Kept.GetValueOrDefault(shopper, [])));

    public Task<Outcome<bool>> Forget(string shopper, string method, CancellationToken cancellationToken)
    {
        var kept = Kept.GetValueOrDefault(shopper, []);
        Kept[shopper] = kept.RemoveAll(stored => stored.Method == method);
        return Task.FromResult<Outcome<bool>>(new Outcome<bool>.Ok(Kept[shopper].Length < kept.Length));
    }

    /// <summary>A webhook of this bank: <c>event|type|payment</c>.</summary>
    public static InboundWebhook Webhook(string eventId, string type, string paymentId) =>
        new(ImmutableDictionary<string, string>.Empty.Add("Authorization", "secret").Add("X-Bank", "scripted"), Encoding.UTF8.GetBytes($"{eventId}|{type}|{paymentId}"));

    /// <summary>A webhook that vouches for something itself.</summary>
    public static InboundWebhook Webhook(string eventId, string paymentId, PaymentFact fact)
    {
        var id = Interlocked.Increment(ref facts);
        Facts[id] = fact;
        return Webhook(eventId, $"{fact.Kind}#{id}", paymentId);
    }

    private static readonly ConcurrentDictionary<int, PaymentFact> Facts = new();

    private static int facts;

    /// <summary>Several events may come in one request, a line each.</summary>
    public ImmutableArray<ProviderWebhook> ReadWebhook(InboundWebhook webhook, DateTimeOffset now) => [.. Encoding.UTF8.GetString(webhook.Body).Split('\n').Select(line => Read(line, now))];

    private static ProviderWebhook Read(string line, DateTimeOffset now) => line.Split('|') is [var id, var type, var payment]
        ? type.Split('#') is [_, var number] && Facts[int.Parse(number)] is var fact
            ? new ProviderWebhook(id, type, payment, null, fact.At, fact)
            : new ProviderWebhook(id, type, payment, null, now)
        : throw new CommerceException(WebhookErrors.Unreadable("three parts were expected"));

    private async Task<Outcome<Movement>> Move(string step, MovementRequest request, Action<Account, long> effect)
    {
        var account = this[request.PaymentId];
        await account.Pass(step);
        var isAccepted = Capabilities.Asynchronous || account.IsAsynchronous;
        return account.Carry<Movement>(step, request.Key, () => effect(account, request.Amount.Amount), () => new Outcome<Movement>.Ok(
            new Movement(Account.ReferenceOf(request.Key), request.Amount, Money.Zero(request.Amount.Currency), isAccepted ? MovementState.Accepted : MovementState.Done) { CaptureBefore = account.RenewedUntil }));
    }

    /// <summary>One payment in the bank's book.</summary>
    internal sealed class Account(string paymentId)
    {
        private readonly HashSet<string> keys = [];
        private readonly Dictionary<string, Queue<Fault>> faults = [];
        private readonly Dictionary<string, Gate> gates = [];
        private readonly Dictionary<string, string> refusals = [];
        private string currency = "EUR";

        public string Reference => $"bank_{paymentId}";
        public bool IsKnown { get; private set; }
        public AuthorisationState State { get; private set; }
        public long Authorised { get; private set; }
        public long Captured { get; set; }
        public long Refunded { get; set; }
        public long Voided { get; private set; }

        /// <summary>Effects by step, each counted once: what a second key would raise.</summary>
        public ConcurrentDictionary<string, int> Effects { get; } = new();

        /// <summary>Calls by step, repeated ones too.</summary>
        public ConcurrentDictionary<string, int> Calls { get; } = new();

        /// <summary>Captures, voids and refunds are accepted, and settled later.</summary>
        public bool IsAsynchronous { get; set; }

        /// <summary>When what is held lapses.</summary>
        public DateTimeOffset? CaptureBefore { get; set; }

        /// <summary>Until when it is good after an adjustment.</summary>
        public DateTimeOffset? RenewedUntil { get; set; }

        /// <summary>What became of accepted movements, by our key: done, or refused.</summary>
        public ConcurrentDictionary<string, bool> Settled { get; } = new();

        public PaymentAction Action => new("redirect", $"https://bank.example/{paymentId}") { Payload = $"secret of {paymentId}" };

        public static string ReferenceOf(string key) => $"mov_{key}";

        public Authorisation Shown => new(
            Reference, State, Euro(Authorised), Euro(Captured), Euro(Refunded), State is AuthorisationState.RequiresAction ? Action : null, CaptureBefore: CaptureBefore, CaptureReference: State is AuthorisationState.Captured ? ReferenceOf("at-once") : null);

        public void Adjust(long amount) => (Authorised, CaptureBefore) = (amount, RenewedUntil ?? CaptureBefore);

        /// <summary>It lapsed here.</summary>
        public void Lapse() => (State, Voided) = (AuthorisationState.Voided, Authorised - Captured);

        /// <summary>The next calls of that step go wrong, one after the other.</summary>
        public Account Next(string step, params Fault[] faultsInOrder)
        {
            lock (keys)
            {
                faults[step] = new Queue<Fault>(faultsInOrder);
                return this;
            }
        }

        /// <summary>Every call of that step under a key that is new is refused.</summary>
        public void Refuse(string step, string code) => refusals[step] = code;

        public void Relent(string step) => refusals.Remove(step);

        public Gate Hold(string step) => gates[step] = new Gate(() => gates.Remove(step));

        public Task Pass(string step) => gates.TryGetValue(step, out var gate) ? gate.Pass() : Task.CompletedTask;

        /// <summary>The shopper comes to the bank's page, and authenticates or fails to.</summary>
        public void Authenticate(bool successfully = true)
        {
            lock (keys)
            {
                State = successfully ? AuthorisationState.Authorised : AuthorisationState.Failed;
                Authorised = successfully ? asked : 0;
            }
        }

        private long asked;

        public void Authorise(AuthorisationRequest request)
        {
            (IsKnown, asked, currency) = (true, request.Amount.Amount, request.Amount.Currency);
            State = request.Method switch
            {
                "declined" or "unsupported" => AuthorisationState.Failed,
                "3ds" => AuthorisationState.RequiresAction,
                _ when request.CaptureNow => AuthorisationState.Captured,
                _ => AuthorisationState.Authorised,
            };
            Authorised = State is AuthorisationState.Authorised or AuthorisationState.Captured ? asked : 0;
            Captured = State is AuthorisationState.Captured ? asked : 0;
        }

        public void Void()
        {
            Voided = Authorised - Captured;
            State = AuthorisationState.Voided;
        }

        public Outcome<T> Carry<T>(string step, string key, Action effect, Func<Outcome<T>> answer)
        {
            lock (keys)
            {
                Calls.AddOrUpdate(step, 1, static (_, n) => n + 1);
                Fault? fault = faults.TryGetValue(step, out var queue) && queue.TryDequeue(out var next) ? next : null;
                if (fault is Fault.Unavailable)
                {
                    return new Outcome<T>.Unavailable(TimeSpan.FromSeconds(1));
                }

                if (fault is Fault.LostRequest)
                {
                    return new Outcome<T>.InDoubt("the request was lost");
                }

                if (refusals.TryGetValue(step, out var refusal) && !keys.Contains(key))
                {
                    return new Outcome<T>.Rejected(refusal, "No.");
                }

                if (keys.Add(key))
                {
                    effect();
                    Effects.AddOrUpdate(step, 1, static (_, n) => n + 1);
                }

                return fault switch
                {
                    Fault.LostAnswer => new Outcome<T>.InDoubt("the answer was lost"),
                    Fault.Crash => throw new IOException("crashed with the answer in hand"),
                    _ => answer(),
                };
            }
        }

        private Money Euro(long amount) => new(amount, currency);
    }
}
