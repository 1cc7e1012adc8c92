namespace Commerce.Payments;

/// <summary>Where payment providers post their events: the raw bytes go to the grain, which knows the providers and checks who sent them.</summary>
internal static class WebhookEndpoints
{
    private const int MaxProvider = 32;

    extension(IEndpointRouteBuilder routes)
    {
        public void MapWebhooks() => routes.MapPost("/webhooks/{provider}", Receive)
            .WithTags("Webhooks").WithName("receiveWebhook").WithSummary("A payment provider's events").Produces<WebhookReceipt>();
    }

    private static async Task<IResult> Receive(string provider, Call call, IGrainFactory grains)
    {
        if (provider.Length > MaxProvider || provider.AsSpan().ContainsAnyExcept(Names))
        {
            throw Refusal.NotFound;
        }

        var body = await call.Bytes();
        var headers = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in call.Http.Headers)
        {
            // A provider may prove itself by basic authentication; what is kept of a webhook leaves it out.
            if (!name.Equals("Cookie", StringComparison.OrdinalIgnoreCase))
            {
                headers[name] = values.ToString();
            }
        }

        var receipt = await grains.GetGrain<IWebhookDoor>(provider).Receive(new InboundWebhook(headers.ToImmutable(), body));
        return new Answer<WebhookReceipt>(receipt, WireJson.Default.WebhookReceipt);
    }

    /// <summary>What a provider's name is made of.</summary>
    private static readonly System.Buffers.SearchValues<char> Names = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");
}
