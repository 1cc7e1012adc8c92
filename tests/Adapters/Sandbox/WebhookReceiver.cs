using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Commerce.Tests.Sandbox;

public sealed record ReceivedWebhook(string Signature, byte[] Body);

/// <summary>A shop's webhook endpoint that answers as scripted, then 200.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Channel<ReceivedWebhook> received = Channel.CreateUnbounded<ReceivedWebhook>();
    private readonly Queue<int> answers;

    private WebhookReceiver(WebApplication app, int[] answers)
    {
        this.app = app;
        this.answers = new(answers);
        app.MapPost("/hook", Take);
    }

    public string Url => app.Urls.Single() + "/hook";

    public static async Task<WebhookReceiver> Start(params int[] answers)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new WebhookReceiver(builder.Build(), answers);
        await receiver.app.StartAsync();
        return receiver;
    }

    public async Task<ReceivedWebhook> Next() => await received.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task Take(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        lock (answers)
        {
            http.Response.StatusCode = answers.TryDequeue(out var status) ? status : 200;
        }

        received.Writer.TryWrite(new(http.Request.Headers["Stripe-Signature"].ToString(), body.ToArray()));
    }
}
