namespace Commerce.Payments;

/// <summary>Where payment providers post their events: the raw bytes go to the grain, which checks who sent them.</summary>
internal static class WebhookEndpoints
{
    /// <summary>Providers that post here. Anything else is not found, and starts nothing.</summary>
    private static readonly ImmutableArray<string> Providers = ["stripe", "adyen"];

    extension(IEndpointRouteBuilder routes)
    {
        public void MapWebhooks() => routes.MapPost("/webhooks/{provider}", Receive)
            .WithTags("Webhooks").WithName("receiveWebhook").WithSummary("A payment provider's event").Produces<WebhookReceipt>();
    }

    private static async Task<IResult> Receive(string provider, Call call, IGrainFactory grains)
    {
        if (!Providers.Contains(provider, StringComparer.Ordinal))
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
}
