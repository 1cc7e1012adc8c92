using Commerce.Payments;

namespace Commerce.Tests.Payments;

/// <summary>
/// What every payment provider promises, from happy to in doubt to a webhook that comes again. Derive, and give the <see cref="ProviderTrial"/> of your adapter: a case that its
/// capabilities exclude passes without asking anything.
/// </summary>
public abstract partial class PaymentProviderConformance : IAsyncLifetime
{
    private static readonly TimeSpan Instant = TimeSpan.FromMinutes(2);

    private ProviderTrial? trial;

    protected ProviderTrial Trial => trial ?? throw new InvalidOperationException("The trial is not open.");

    protected IPaymentProvider Provider => Trial.Provider;

    private PaymentCapabilities Can => Provider.Capabilities;

    private static CancellationToken Stop => CancellationToken.None;

    /// <summary>A fresh vendor, and the adapter before it.</summary>
    protected abstract Task<ProviderTrial> Open();

    public async Task InitializeAsync() => trial = await Open();

    public async Task DisposeAsync()
    {
        if (trial is not null)
        {
            await trial.DisposeAsync();
        }
    }

    private AuthorisationRequest Asked(long amount = 1000, string key = "chk_1:authorise:1", string paymentId = "pay_1") =>
        new(paymentId, "chk_1", "ord_1", new Money(amount, "EUR"), Trial.GoodMethod, "https://shop.example/back", key, Trial.Time.GetUtcNow());

    private MovementRequest Moving(Authorisation of, string key, long amount) => Moving(of.Reference, key, amount);

    private MovementRequest Moving(string reference, string key, long amount, string paymentId = "pay_1") =>
        new(paymentId, reference, new Money(amount, "EUR"), $"{paymentId}:{key}", Trial.Time.GetUtcNow());

    private async Task<Authorisation> Authorised(AuthorisationRequest request) => Assert.IsType<Outcome<Authorisation>.Ok>(await Provider.Authorise(request, Stop)).Value;

    private Task<Authorisation> Authorised(long amount = 1000) => Authorised(Asked(amount));

    /// <summary>An authorisation that was captured in full, as far as the vendor goes.</summary>
    private async Task<Authorisation> Captured(long amount = 1000)
    {
        var held = await Authorised(amount);
        await Done(Provider.Capture(Moving(held, "capture:1", amount), Stop));
        return held;
    }

    /// <summary>A movement that is done, or accepted and then finished.</summary>
    private async Task<Movement> Done(Task<Outcome<Movement>> asked)
    {
        var movement = Assert.IsType<Outcome<Movement>.Ok>(await asked).Value;
        Assert.Equal(Can.Asynchronous ? movement.State : MovementState.Done, movement.State);
        if (movement.State is MovementState.Accepted)
        {
            await Trial.Finish();
        }

        return movement;
    }

    private Task<Outcome<Movement>> Ask(TransactionKind kind, MovementRequest request) => kind switch
    {
        TransactionKind.Capture => Provider.Capture(request, Stop),
        TransactionKind.Void => Provider.Void(request, Stop),
        TransactionKind.Refund => Provider.Refund(request, Stop),
        TransactionKind.Adjust => Provider.Adjust(request, Stop),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The request for a movement of everything, with what has to go before it.</summary>
    private async Task<MovementRequest> Prepared(TransactionKind kind) => kind is TransactionKind.Refund
        ? Moving(await Captured(), "refund:1", 1000)
        : Moving(await Authorised(), $"{kind}:1", 1000);

    /// <summary>What cannot be is refused at once, or accepted and then told to have come to nothing.</summary>
    private async Task Refused(Task<Outcome<Movement>> asked, FactKind failure)
    {
        var outcome = await asked;
        if (Can.Asynchronous && outcome is Outcome<Movement>.Ok { Value: { State: MovementState.Accepted } accepted })
        {
            await Trial.Finish();
            await Told(told => told.Fact is { } fact && fact.Kind == failure && fact.Reference == accepted.Reference);
            return;
        }

        Assert.IsType<Outcome<Movement>.Rejected>(outcome);
    }

    /// <summary>Checks how many effects the vendor's own books have, where it keeps books.</summary>
    private async Task Booked(TransactionKind kind, int times)
    {
        await Trial.Finish();
        if (await Trial.Effects(kind) is { } effects)
        {
            Assert.Equal(times, effects);
        }
    }

    /// <summary>The first webhook that tells so, as it came and as it was read.</summary>
    private async Task<(InboundWebhook Raw, ProviderWebhook Read)> Told(Func<ProviderWebhook, bool> so)
    {
        ProviderWebhook? read = null;
        var raw = await Trial.Inbox!.Find(came => (read = Provider.ReadWebhook(came, Trial.Time.GetUtcNow()).FirstOrDefault(so)) is not null);
        return (raw, read!);
    }
}
