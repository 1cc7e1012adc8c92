using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Commerce.Payments;
using Commerce.Vendors;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Payments.Guide;

public sealed class NorthbankOptions : VendorOptions
{
    /// <summary>What webhooks are signed with; several, separated by commas, while one is changed.</summary>
    public string WebhookSecrets { get; set; } = "";
}

/// <summary>What kinds of failure Northbank's calls end in.</summary>
internal sealed class NorthbankFailures : VendorFailures
{
    public override bool IsAnswer(Exception failure) =>
        failure is VendorAnswerException { Status: HttpStatusCode.PaymentRequired or HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity };

    public override bool IsTurnedAway(Exception failure) => failure is VendorAnswerException { Status: HttpStatusCode.TooManyRequests };

    protected override bool IsBreakdown(Exception failure) => failure is JsonException or VendorAnswerException { Status: >= HttpStatusCode.InternalServerError };

    protected override TimeSpan? Said(Exception failure) => (failure as VendorAnswerException)?.RetryAfter;
}

/// <summary>A bank that holds sums, takes them at once, lets them go and gives them back. It keeps its keys for ever.</summary>
internal sealed class NorthbankProvider(IHttpClientFactory https, VendorCalls calls, VendorSettings<NorthbankOptions> settings, TimeProvider time) : IPaymentProvider
{
    private const string Vendor = "northbank";

    private static readonly NorthbankFailures Failures = new();

    public string Name => Vendor;

    public PaymentCapabilities Capabilities { get; } = new(
        OutsideEffects: true, PartialCapture: true, MultiCapture: true, PartialVoid: true, IncrementalAuthorisation: false, MaxRefundAge: TimeSpan.FromDays(365))
    { ListsSettlements = false };

    public static IServiceCollection Add(IServiceCollection services, Action<NorthbankOptions> configure) => services
        .AddVendor(Vendor, Failures, ["hold", "move", "find"], section: "Commerce:Northbank", configure: configure)
        .AddSingleton<IPaymentProvider>(provider => new NorthbankProvider(
            provider.GetRequiredService<IHttpClientFactory>(),
            provider.GetRequiredKeyedService<VendorCalls>(Vendor),
            provider.GetRequiredKeyedService<VendorSettings<NorthbankOptions>>(Vendor),
            provider.GetRequiredService<TimeProvider>()));

    public string? Refuses(string method) => method.StartsWith("nb_", StringComparison.Ordinal) && method.Length <= 64 && !method.Any(char.IsDigit) ? null : "A method of Northbank is nb_….";

    public string? Refuses(Money amount) => amount is { Amount: > 0, Currency: "EUR" } ? null : "Northbank takes euros above zero.";

    public async Task<Outcome<Authorisation>> Authorise(AuthorisationRequest request, CancellationToken cancellationToken)
    {
        if ((Refuses(request.Method) ?? Refuses(request.Amount)) is { } misfit)
        {
            return new Outcome<Authorisation>.Rejected("invalid_request", misfit);
        }

        var asked = new Ask(request.PaymentId, request.Amount.Amount, request.Method, request.CaptureNow);
        return await Make("hold", HttpMethod.Post, "holds", asked, request.Key, cancellationToken) switch
        {
            { Value: { } hold } when hold.Payment == request.PaymentId && hold.Amount == request.Amount.Amount => new Outcome<Authorisation>.Ok(Read(hold)),
            var reply => Failed<Authorisation>(reply),
        };
    }

    public Task<Outcome<Authorisation>> Confirm(ConfirmationRequest request, CancellationToken cancellationToken) => Authorise(request.Authorisation, cancellationToken);

    public Task<Outcome<Movement>> Capture(MovementRequest request, CancellationToken cancellationToken) => Move("captures", request, cancellationToken);

    public Task<Outcome<Movement>> Void(MovementRequest request, CancellationToken cancellationToken) => Move("voids", request, cancellationToken);

    public Task<Outcome<Movement>> Refund(MovementRequest request, CancellationToken cancellationToken) => Move("refunds", request, cancellationToken);

    public Task<Outcome<Movement>> Adjust(MovementRequest request, CancellationToken cancellationToken) => Task.FromResult(NotOffered<Movement>());

    public async Task<Outcome<Authorisation?>> Find(string paymentId, string? reference, CancellationToken cancellationToken)
    {
        var path = reference is null ? $"holds?payment={Uri.EscapeDataString(paymentId)}" : $"holds/{Uri.EscapeDataString(reference)}";
        return await Make("find", HttpMethod.Get, path, null, null, cancellationToken) switch
        {
            { Value: { } hold } when hold.Payment == paymentId => new Outcome<Authorisation?>.Ok(Read(hold)),
            { Failure: VendorAnswerException { Status: HttpStatusCode.NotFound } } => new Outcome<Authorisation?>.Ok(null),
            var reply => Failed<Authorisation?>(reply with { MaybeDone = reply.Value is not null }),
        };
    }

    public async Task<Outcome<Movement?>> FindMovement(TransactionKind kind, MovementRequest request, CancellationToken cancellationToken) =>
        await Make("find", HttpMethod.Get, $"movements?key={Uri.EscapeDataString(request.Key)}", null, null, cancellationToken) switch
        {
            { Value: { } made } when made.Amount == request.Amount.Amount => new Outcome<Movement?>.Ok(Moved(made, request)),
            { Failure: VendorAnswerException { Status: HttpStatusCode.NotFound } } => new Outcome<Movement?>.Ok(null),
            var reply => Failed<Movement?>(reply with { MaybeDone = reply.Value is not null }),
        };

    public Task<Outcome<SettlementPage>> Settlements(DateOnly day, string? cursor, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<SettlementPage>>(new Outcome<SettlementPage>.Ok(new SettlementPage([], null)));

    public Task<Outcome<ImmutableArray<Dispute>>> Disputes(string reference, CancellationToken cancellationToken) => Task.FromResult(NotOffered<ImmutableArray<Dispute>>());

    public Task<Outcome<ImmutableArray<StoredMethod>>> StoredMethods(string shopper, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<ImmutableArray<StoredMethod>>>(new Outcome<ImmutableArray<StoredMethod>>.Ok([]));

    public Task<Outcome<bool>> Forget(string shopper, string method, CancellationToken cancellationToken) => Task.FromResult<Outcome<bool>>(new Outcome<bool>.Ok(false));

    /// <summary>Signed <c>t=unix seconds,v1=HMAC-SHA256 of "t.body"</c> in <c>northbank-signature</c>.</summary>
    public ImmutableArray<ProviderWebhook> ReadWebhook(InboundWebhook webhook, DateTimeOffset now)
    {
        if (webhook.Headers.GetValueOrDefault("northbank-signature")?.Split(",v1=") is not [['t', '=', .. var at], { Length: 64 } given]
            || !long.TryParse(at, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > 300
            || !settings.Current.WebhookSecrets.Split(',').Any(secret => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign(webhook.Body, seconds, secret)), Encoding.ASCII.GetBytes(given))))
        {
            throw new CommerceException(WebhookErrors.Signature("the signature does not fit."));
        }

        try
        {
            var told = JsonSerializer.Deserialize<Happened>(webhook.Body, JsonSerializerOptions.Web);
            return told is { Id.Length: > 0, Type: not null } ? [new(told.Id, told.Type, told.Payment, told.Hold, told.At)] : throw new JsonException("no event");
        }
        catch (JsonException)
        {
            throw new CommerceException(WebhookErrors.Unreadable("it is no event of Northbank's."));
        }
    }

    internal static string Sign(byte[] body, long at, string secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.ASCII.GetBytes($"{at}."), .. body]));

    private async Task<Outcome<Movement>> Move(string kind, MovementRequest request, CancellationToken cancellationToken)
    {
        if (request.Amount.Amount <= 0)
        {
            return new Outcome<Movement>.Rejected("invalid_amount", "An amount is above zero.");
        }

        var asked = new Ask(request.PaymentId, request.Amount.Amount, null, request.Final);
        return await Make("move", HttpMethod.Post, $"holds/{Uri.EscapeDataString(request.Reference)}/{kind}", asked, request.Key, cancellationToken) switch
        {
            { Value: { } made } when made.Amount == request.Amount.Amount => new Outcome<Movement>.Ok(Moved(made, request)),
            var reply => Failed<Movement>(reply),
        };
    }

    private Task<VendorReply<Answer>> Make(string operation, HttpMethod method, string path, Ask? body, string? key, CancellationToken cancellationToken) =>
        calls.Make(operation, (this, method, path, body, key), static (ask, cancellation) => ask.Item1.Send(ask.method, ask.path, ask.body, ask.key, cancellation), cancellationToken);

    private async Task<Answer> Send(HttpMethod method, string path, Ask? body, string? key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, $"{settings.Current.BaseUrl}/{path}") { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key ?? "");
        using var response = await https.CreateClient(Vendor).SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync<Answer>(cancellationToken) ?? throw new JsonException("null")
            : throw new VendorAnswerException(
                Vendor, response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken), VendorFailures.RetryAfterOf(response.Headers.RetryAfter, time.GetUtcNow()));
    }

    private static Authorisation Read(Answer hold) => new(
        hold.Id,
        hold.Captured > 0 ? AuthorisationState.Captured : hold.IsVoid ? AuthorisationState.Voided : AuthorisationState.Authorised,
        new Money(hold.Amount, "EUR"), new Money(hold.Captured, "EUR"), new Money(hold.Refunded, "EUR"));

    private static Movement Moved(Answer made, MovementRequest request) => new(made.Id, request.Amount, Money.Zero("EUR"));

    /// <summary>Everything that is no success, in one place.</summary>
    private static Outcome<T> Failed<T>(VendorReply<Answer> reply) => reply.Failure switch
    {
        null => new Outcome<T>.InDoubt("Northbank answered with something that was not asked for."),
        VendorAnswerException { Status: HttpStatusCode.PaymentRequired } said => new Outcome<T>.Declined(Declines.Of(said.Body == "no_funds" ? Declines.InsufficientFunds : Declines.CardDeclined, said.Body)),
        VendorAnswerException said when Failures.IsAnswer(said) => new Outcome<T>.Rejected(said.Body, "Northbank refused it."),
        var failure when reply.MaybeDone => new Outcome<T>.InDoubt(VendorFailures.Why("Northbank", failure)),
        var failure => new Outcome<T>.Unavailable(Failures.WaitBefore(failure)),
    };

    private static Outcome<T> NotOffered<T>() => new Outcome<T>.Rejected("not_supported", "Northbank does not offer it.");

    internal sealed record Ask(string Payment, long Amount, string? Method, bool Now);

    internal sealed record Answer(string Id, string Payment, long Amount, long Captured, long Refunded, bool IsVoid);

    internal sealed record Happened(string Id, string Type, string? Payment, string? Hold, DateTimeOffset At);
}
