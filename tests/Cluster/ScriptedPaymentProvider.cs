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
/// A bank that keeps a book by key, and does as it is told: <c>card</c> is authorised, <c>declined</c> declined, <c>3ds</c> waits for the shopper.
/// </summary>
internal sealed class ScriptedPaymentProvider : IPaymentProvider
{
    private readonly ConcurrentDictionary<string, Account> accounts = new();

    public string Name => "scripted";

    public PaymentCapabilities Capabilities { get; } = new(true, true, true, true, false, TimeSpan.FromDays(180));

    public Account this[string paymentId] => accounts.GetOrAdd(paymentId, static id => new Account(id));

    public string? Refuses(string method) => method is "card" or "declined" or "3ds" ? null : "card, declined or 3ds";

    public async Task<Outcome<Authorisation>> Authorise(AuthorisationRequest request, CancellationToken cancellationToken)
    {
        var account = this[request.PaymentId];
        await account.Pass("authorise");
        return account.Carry<Authorisation>("authorise", request.Key, () => account.Authorise(request), () => request.Method switch
        {
            _ when account.State is AuthorisationState.Failed => new Outcome<Authorisation>.Declined(Declines.Of(Declines.CardDeclined), account.Reference),
            _ when account.State is AuthorisationState.RequiresAction =>
                new Outcome<Authorisation>.RequiresAction(account.Reference, new PaymentAction("redirect", $"https://bank.example/{request.PaymentId}")),
            _ => new Outcome<Authorisation>.Ok(account.Shown),
        });
    }

    public Task<Outcome<Authorisation?>> Find(string paymentId, string? reference, CancellationToken cancellationToken)
    {
        var account = this[paymentId];
        return Task.FromResult(account.Carry<Authorisation?>("find", "find", static () => { }, () => new Outcome<Authorisation?>.Ok(account.IsKnown ? account.Shown : null)));
    }

    public Task<Outcome<Movement>> Capture(MovementRequest request, CancellationToken cancellationToken) => Move("capture", request, static (account, amount) => account.Captured += amount);

    public Task<Outcome<Movement>> Void(MovementRequest request, CancellationToken cancellationToken) => Move("void", request, static (account, _) => account.Void());

    public Task<Outcome<Movement>> Refund(MovementRequest request, CancellationToken cancellationToken) => Move("refund", request, static (account, amount) => account.Refunded += amount);

    public string? Refuses(Money amount) => amount.Amount > 0 ? null : "An amount is above zero.";

    public async Task<Outcome<Authorisation>> Confirm(ConfirmationRequest request, CancellationToken cancellationToken) =>
        await Find(request.Authorisation.PaymentId, request.Reference, cancellationToken) switch
        {
            Outcome<Authorisation?>.Ok { Value: { } found } => new Outcome<Authorisation>.Ok(found),
            Outcome<Authorisation?>.Unavailable later => new Outcome<Authorisation>.Unavailable(later.RetryAfter),
            _ => new Outcome<Authorisation>.InDoubt("the answer was lost"),
        };

    public Task<Outcome<Movement>> Adjust(MovementRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<Movement>>(new Outcome<Movement>.Rejected("not_supported", "No."));

    public Task<Outcome<Movement?>> FindMovement(TransactionKind kind, MovementRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<Movement?>>(new Outcome<Movement?>.Rejected("not_supported", "No."));

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
        Task.FromResult<Outcome<ImmutableArray<StoredMethod>>>(new Outcome<ImmutableArray<StoredMethod>>.Ok([]));

    public Task<Outcome<bool>> Forget(string shopper, string method, CancellationToken cancellationToken) => Task.FromResult<Outcome<bool>>(new Outcome<bool>.Ok(false));

    /// <summary>A webhook of this bank: <c>event|type|payment</c>.</summary>
    public static InboundWebhook Webhook(string eventId, string type, string paymentId) =>
        new(ImmutableDictionary<string, string>.Empty, Encoding.UTF8.GetBytes($"{eventId}|{type}|{paymentId}"));

    public ImmutableArray<ProviderWebhook> ReadWebhook(InboundWebhook webhook, DateTimeOffset now) => Encoding.UTF8.GetString(webhook.Body).Split('|') is [var id, var type, var payment]
        ? [new ProviderWebhook(id, type, payment, null, now)]
        : throw new CommerceException(WebhookErrors.Unreadable("three parts were expected"));

    private async Task<Outcome<Movement>> Move(string step, MovementRequest request, Action<Account, long> effect)
    {
        var account = this[request.PaymentId];
        await account.Pass(step);
        return account.Carry<Movement>(step, request.Key, () => effect(account, request.Amount.Amount), () =>
            new Outcome<Movement>.Ok(new Movement($"{step}_{request.Key}", request.Amount, Money.Zero(request.Amount.Currency))));
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

        public Authorisation Shown => new(Reference, State, Euro(Authorised), Euro(Captured), Euro(Refunded));

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
                "declined" => AuthorisationState.Failed,
                "3ds" => AuthorisationState.RequiresAction,
                _ => AuthorisationState.Authorised,
            };
            Authorised = State is AuthorisationState.Authorised ? asked : 0;
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
