using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Commerce.Payments;

/// <summary>
/// A provider beside which a second one is asked whatever only reads: another account, another version of the API, another address. The first one's answer is what counts, and
/// it never waits for the second's.
/// </summary>
internal sealed class ShadowedProvider(IPaymentProvider first, IPaymentProvider shadow, ShadowMeters meters, ILogger<ShadowedProvider> logger) : IPaymentProvider
{
    /// <summary>Comparisons under way; beyond it a call is not shadowed, so that a shadow that hangs costs nothing.</summary>
    private const int MostUnderWay = 64;

    /// <summary>Longest that the shadow is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private int underWay;

    public string Name => first.Name;

    public PaymentCapabilities Capabilities => first.Capabilities;

    public string? Refuses(string method) => first.Refuses(method);

    public string? Refuses(Money amount) => first.Refuses(amount);

    public Task<Outcome<Authorisation>> Authorise(AuthorisationRequest request, CancellationToken cancellationToken) => first.Authorise(request, cancellationToken);

    public Task<Outcome<Authorisation>> Confirm(ConfirmationRequest request, CancellationToken cancellationToken) => first.Confirm(request, cancellationToken);

    public Task<Outcome<Movement>> Adjust(MovementRequest request, CancellationToken cancellationToken) => first.Adjust(request, cancellationToken);

    public Task<Outcome<Movement>> Capture(MovementRequest request, CancellationToken cancellationToken) => first.Capture(request, cancellationToken);

    public Task<Outcome<Movement>> Void(MovementRequest request, CancellationToken cancellationToken) => first.Void(request, cancellationToken);

    public Task<Outcome<Movement>> Refund(MovementRequest request, CancellationToken cancellationToken) => first.Refund(request, cancellationToken);

    public Task<Outcome<bool>> Forget(string shopper, string method, CancellationToken cancellationToken) => first.Forget(shopper, method, cancellationToken);

    public ImmutableArray<ProviderWebhook> ReadWebhook(InboundWebhook webhook, DateTimeOffset now) => first.ReadWebhook(webhook, now);

    public Task<Outcome<Authorisation?>> Find(string paymentId, string? reference, CancellationToken cancellationToken) => Both(
        "find", paymentId, provider => provider.Find(paymentId, reference, cancellationToken),
        // What a browser needs differs from answer to answer.
        static found => found is null ? null : found with { Action = found.Action is null ? null : new PaymentAction(found.Action.Type, "") });

    public Task<Outcome<Movement?>> FindMovement(TransactionKind kind, MovementRequest request, CancellationToken cancellationToken) =>
        Both("find_movement", request.PaymentId, provider => provider.FindMovement(kind, request, cancellationToken), static found => found);

    public Task<Outcome<SettlementPage>> Settlements(DateOnly day, string? cursor, CancellationToken cancellationToken) => Both(
        "settlements", $"{day:O} {cursor}", provider => provider.Settlements(day, cursor, cancellationToken), static page => (string.Join('\n', page.Lines.Select(line => line.ToString())), page.Next));

    public Task<Outcome<ImmutableArray<Dispute>>> Disputes(string reference, CancellationToken cancellationToken) =>
        Both("disputes", reference, provider => provider.Disputes(reference, cancellationToken), static disputes => string.Join('\n', disputes));

    public Task<Outcome<ImmutableArray<StoredMethod>>> StoredMethods(string shopper, CancellationToken cancellationToken) =>
        Both("stored_methods", shopper, provider => provider.StoredMethods(shopper, cancellationToken), static methods => string.Join('\n', methods.Select(method => method.Method)));

    /// <param name="of">What was asked about, for the log: an id, never a person.</param>
    /// <param name="compared">What of an answer has to be the same.</param>
    private async Task<Outcome<T>> Both<T, TCompared>(string operation, string of, Func<IPaymentProvider, Task<Outcome<T>>> ask, Func<T, TCompared> compared)
    {
        if (Interlocked.Increment(ref underWay) > MostUnderWay)
        {
            Interlocked.Decrement(ref underWay);
            meters.Compared(Name, operation, "skipped");
            return await ask(first);
        }

        var second = Task.Run(() => ask(shadow)); // neither its time nor its failure is the caller's
        Outcome<T>? answer = null;
        try
        {
            return answer = await ask(first);
        }
        finally
        {
            _ = Compare(operation, of, answer, second, compared);
        }
    }

    private async Task Compare<T, TCompared>(string operation, string of, Outcome<T>? answer, Task<Outcome<T>> second, Func<T, TCompared> compared)
    {
        try
        {
            var shadowed = await second.WaitAsync(Patience);
            var result = (answer, shadowed) switch
            {
                (Outcome<T>.Ok one, Outcome<T>.Ok other) => EqualityComparer<TCompared>.Default.Equals(compared(one.Value), compared(other.Value)) ? "same" : "different",
                (Outcome<T>.Unavailable or Outcome<T>.InDoubt or null, _) or (_, Outcome<T>.Unavailable or Outcome<T>.InDoubt) => "unanswered",
                (Outcome<T>.Rejected one, Outcome<T>.Rejected other) => one.Code == other.Code ? "same" : "different",
                _ => answer.GetType() == shadowed.GetType() ? "same" : "different",
            };
            meters.Compared(Name, operation, result);
            if (result == "different")
            {
                logger.Differs(Name, shadow.Name, operation, of, answer!.GetType().Name, shadowed.GetType().Name);
            }
        }
        catch (Exception failure)
        {
            meters.Compared(Name, operation, "failed");
            logger.ShadowFailed(shadow.Name, operation, failure);
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }
}

/// <summary>How often a shadow said the same.</summary>
internal sealed class ShadowMeters(IMeterFactory factory)
{
    private readonly Counter<long> compared = factory.Create("CommerceGrains").CreateCounter<long>(
        "commerce.provider.shadow.comparisons", "{comparison}", "Answers of a payment provider compared with its shadow's, by what came of it: same, different, unanswered, failed, skipped");

    public void Compared(string provider, string operation, string result) =>
        compared.Add(1, new TagList { { "provider", provider }, { "operation", operation }, { "result", result } });
}

internal static partial class ShadowLog
{
    [LoggerMessage(310, LogLevel.Warning, "{Provider} and its shadow {Shadow} differ in {Operation} of {Of}: {First} and {Second}")]
    public static partial void Differs(this ILogger logger, string provider, string shadow, string operation, string of, string first, string second);

    [LoggerMessage(311, LogLevel.Information, "The shadow {Shadow} failed in {Operation}")]
    public static partial void ShadowFailed(this ILogger logger, string shadow, string operation, Exception failure);
}
