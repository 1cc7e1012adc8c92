using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using static Commerce.Tests.Payments.Guide.NorthbankProvider;

namespace Commerce.Tests.Payments.Guide;

/// <summary>The bank that the guide's adapter speaks to: its API, its books, its webhooks, and what goes wrong when it is told so.</summary>
internal sealed class PretendNorthbank : IAsyncDisposable
{
    public const string Secret = "north_new";

    private readonly Lock gate = new();
    private readonly Dictionary<string, (int Status, object Body, string? Kind)> kept = [];
    private readonly Dictionary<string, Answer> holds = [];
    private readonly HttpClient sender = new();
    private readonly WebApplication app;
    private readonly TimeProvider time;
    private readonly Uri inbox;
    private (string Kind, TrialFault Fault, int Left)? trouble;
    private int last;

    private PretendNorthbank(WebApplication app, TimeProvider time, Uri inbox)
    {
        (this.app, this.time, this.inbox) = (app, time, inbox);
        app.Run(Serve);
    }

    public string Address => app.Urls.Single();

    public static async Task<PretendNorthbank> Open(TimeProvider time, Uri inbox)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        var bank = new PretendNorthbank(builder.Build(), time, inbox);
        await bank.app.StartAsync();
        return bank;
    }

    public int Booked(string kind)
    {
        lock (gate)
        {
            return kept.Values.Count(one => one.Kind == kind);
        }
    }

    public void Trouble(string kind, TrialFault fault, int? count) => trouble = (kind, fault, count ?? int.MaxValue);

    public void Heal() => trouble = null;

    public async ValueTask DisposeAsync()
    {
        sender.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task Serve(HttpContext http)
    {
        var path = http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var kind = http.Request.Method == "GET" ? "read" : path is [_, _, var move] ? move : "holds";
        var fault = trouble is { } set && set.Kind == kind && set.Left > 0 ? set.Fault : (TrialFault?)null;
        if (fault is not null)
        {
            trouble = trouble!.Value with { Left = trouble.Value.Left - 1 };
        }

        switch (fault)
        {
            case TrialFault.ResetBefore:
                http.Abort();
                return;
            case TrialFault.Breakdown or TrialFault.TurnedAway:
                http.Response.StatusCode = fault is TrialFault.Breakdown ? 503 : 429;
                http.Response.Headers.RetryAfter = fault is TrialFault.TurnedAway ? $"{ProviderTrial.TurnedAwayFor.TotalSeconds}" : default;
                return;
        }

        var ask = kind == "read" ? null : await http.Request.ReadFromJsonAsync<Ask>();
        var (status, body, happened) = Do(http.Request, kind, path, ask);
        if (happened is not null)
        {
            await Tell(happened);
        }

        if (fault is TrialFault.LostAnswer)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = status;
        var text = body as string ?? JsonSerializer.Serialize(fault is TrialFault.Nonsense ? (Answer)body with { Amount = 1 } : body, JsonSerializerOptions.Web);
        await http.Response.WriteAsync(fault is TrialFault.Malformed ? text[..(text.Length / 2)] : text);
    }

    /// <summary>One request: what is kept under its key is answered again.</summary>
    private (int Status, object Body, Happened? Event) Do(HttpRequest request, string kind, string[] path, Ask? ask)
    {
        lock (gate)
        {
            if (kind == "read")
            {
                object? found = path is ["movements"] ? kept.GetValueOrDefault(request.Query["key"].ToString()).Body
                    : path is [_, var id] ? holds.GetValueOrDefault(id)
                    : holds.Values.LastOrDefault(hold => hold.Payment == request.Query["payment"]);
                return found is null ? (404, "unknown", null) : (200, found, null);
            }

            var key = request.Headers["Idempotency-Key"].ToString();
            if (kept.TryGetValue(key, out var before))
            {
                return (before.Status, before.Body, null);
            }

            var hold = kind == "holds" ? null : holds.GetValueOrDefault(path[1]);
            var (refusal, made) = Decide(kind, hold, ask!);
            var answer = refusal ?? (object)made!;
            kept[key] = (refusal is null ? 200 : refusal is "declined" or "no_funds" ? 402 : 409, answer, refusal is null && made!.Id.Length > 0 ? kind : null);
            return (kept[key].Status, answer, refusal is null ? new Happened($"evt_{++last}", kind, ask!.Payment, hold?.Id ?? made!.Id, time.GetUtcNow()) : null);
        }
    }

    private (string? Refusal, Answer? Made) Decide(string kind, Answer? hold, Ask ask)
    {
        var made = new Answer($"{kind[..1]}_{++last}", ask.Payment, ask.Amount, 0, 0, false);
        switch (kind)
        {
            case "holds" when ask.Method is "nb_declined" or "nb_broke":
                return (ask.Method is "nb_broke" ? "no_funds" : "declined", null);
            case "holds":
                holds[made.Id] = ask.Now ? made with { Captured = ask.Amount } : made;
                if (ask.Now)
                {
                    kept["now:" + made.Id] = (200, made, "captures");
                }

                return (null, holds[made.Id]);
            case var _ when hold is null:
                return ("unknown", null);
            case "captures" when !hold.IsVoid && hold.Captured + ask.Amount <= hold.Amount:
                holds[hold.Id] = hold with { Captured = hold.Captured + ask.Amount, IsVoid = ask.Now };
                return (null, made);
            case "voids" when hold.Captured < hold.Amount:
                holds[hold.Id] = hold with { IsVoid = true };
                // One that is void already is answered, and nothing happens.
                return (null, hold.IsVoid ? made with { Id = "" } : made);
            case "refunds" when hold.Refunded + ask.Amount <= hold.Captured:
                holds[hold.Id] = hold with { Refunded = hold.Refunded + ask.Amount };
                return (null, made);
            default:
                return ("not_possible", null);
        }
    }

    private async Task Tell(Happened happened)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(happened, JsonSerializerOptions.Web);
        var at = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, inbox) { Content = new ByteArrayContent(body) };
        request.Headers.Add("northbank-signature", $"t={at},v1={Sign(body, at, Secret)}");
        using var taken = await sender.SendAsync(request);
    }
}
