using System.Security.Cryptography;

namespace Commerce.Payments;

/// <summary>
/// The raw bytes of a webhook and the headers that came with them, kept for inspection. Not in the journal, which is for good: they may tell of people, and are deleted when
/// their time is over. Keyed by <c>whb_…</c>, which follows from the bytes.
/// </summary>
[Alias("commerce.webhook-body"), GrainInterfaceType("commerce.webhook-body")]
internal interface IWebhookBodyGrain : IGrainWithStringKey
{
    [Alias("keep")]
    Task Keep(InboundWebhook webhook);

    /// <summary>Null when they are not kept, or no more.</summary>
    [Alias("get")]
    Task<InboundWebhook?> Get();

    [Alias("delete")]
    Task Delete();
}

internal sealed class WebhookBodyState
{
    public Dictionary<string, string>? Headers { get; set; }
    public byte[]? Body { get; set; }
}

/// <inheritdoc cref="IWebhookBodyGrain"/>
[GrainType("webhook-body"), CollectionAgeLimit(Minutes = 1)]
internal sealed class WebhookBodyGrain([PersistentState("webhook-body", Contacts.ContactGrain.Storage)] IPersistentState<WebhookBodyState> kept) : Grain, IWebhookBodyGrain
{
    private const string Prefix = "whb_";

    /// <summary>Headers that a caller proves himself with.</summary>
    private static readonly ImmutableHashSet<string> Secret = ["authorization", "proxy-authorization", "cookie", "x-api-key"];

    /// <summary>The id that the same bytes of the same provider always have.</summary>
    public static string IdOf(string provider, byte[] body) => Identity.Of(Prefix, $"{provider}\n{Convert.ToHexStringLower(SHA256.HashData(body))}");

    public async Task Keep(InboundWebhook webhook)
    {
        if (kept.State.Body is null)
        {
            kept.State = new WebhookBodyState
            {
                Headers = webhook.Headers.Where(header => !Secret.Contains(header.Key.ToLowerInvariant())).ToDictionary(),
                Body = webhook.Body,
            };
            await Store(kept.WriteStateAsync());
        }
    }

    public Task<InboundWebhook?> Get() => Task.FromResult(kept.State is { Body: { } body, Headers: { } headers } ? new InboundWebhook(headers.ToImmutableDictionary(), body) : null);

    public async Task Delete()
    {
        if (kept.RecordExists)
        {
            await Store(kept.ClearStateAsync());
        }

        DeactivateOnIdle();
    }

    private async Task Store(Task write)
    {
        try
        {
            await write;
        }
        catch
        {
            // What is in memory is not what is stored: the next call starts from the store.
            DeactivateOnIdle();
            throw;
        }
    }
}
