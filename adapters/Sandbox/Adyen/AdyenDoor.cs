using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Commerce.Sandbox.Adyen;

/// <summary>Takes a request to the pretend Adyen from its key to its answer, with whatever goes wrong on the way.</summary>
internal sealed class AdyenDoor(AdyenAccount account, SandboxJournal journal, FaultBook faults, IOptions<SandboxOptions> options, TimeProvider time)
{
    private const int BodyLimit = 64 * 1024, LongestKey = 64;

    private static readonly string[] Variants = ["html", "schema", "amount", "currency"];

    private static int drawn;

    public async Task Handle(HttpContext http, AdyenOperation operation)
    {
        var request = http.Request;
        if (!LetsIn(request.Headers["X-API-Key"].ToString()))
        {
            await Show(http, AdyenAnswer.Refused(401, "000", "HTTP Status Response - Unauthorized", "security"), fault: null);
            return;
        }

        var fault = faults.Of(request, AdyenAccount.Name, operation.Name, operation.Word);
        if (fault is { Kind: FaultKind.DropBefore })
        {
            http.Abort();
            return;
        }

        if (fault is { Kind: FaultKind.Status, Stored: false })
        {
            await Wait(fault);
            await Show(http, AdyenAnswer.Failure(fault.Status, fault.RetryAfterSeconds), fault);
            return;
        }

        var answer = await Decide(http, operation, fault);
        await journal.Durable();
        if (fault is { Kind: FaultKind.DropAfter })
        {
            http.Abort();
            return;
        }

        await Show(http, answer, fault);
    }

    private async Task<AdyenAnswer> Decide(HttpContext http, AdyenOperation operation, FaultRule? fault)
    {
        var request = http.Request;
        JsonElement body;
        try
        {
            body = operation.Method == "POST"
                ? JsonDocument.Parse(await Body(request)).RootElement
                : JsonSerializer.SerializeToElement(request.Query.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString(), StringComparer.Ordinal));
        }
        catch (JsonException)
        {
            return AdyenAnswer.Refused(400, "702", "The request cannot be parsed.");
        }

        var key = operation.Method == "POST" && request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : null;
        if (key?.Length > LongestKey)
        {
            return AdyenAnswer.Refused(422, "702", "An idempotency key has at most 64 characters.");
        }

        var call = new AdyenCall(
            request.RouteValues.TryGetValue("id", out var id) ? (string)id! : "", body, key, account.Now,
            options.Value.PublicUrl?.TrimEnd('/') ?? $"{request.Scheme}://{request.Host}");
        if (key is null)
        {
            await Wait(fault);
            return account.Commit(call, operation.Decide);
        }

        if (account.Claim(key) is { } known)
        {
            await Wait(fault);
            return known;
        }

        try
        {
            await Wait(fault);
            return account.Commit(call, fault is { Kind: FaultKind.Status, Stored: true } ? BreakDown : operation.Decide);
        }
        finally
        {
            account.Release(key);
        }
    }

    /// <exception cref="JsonException">Larger than 64 KiB.</exception>
    private static async Task<ReadOnlyMemory<byte>> Body(HttpRequest request)
    {
        using var body = new MemoryStream();
        var buffer = new byte[4096];
        for (int read; (read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0;)
        {
            body.Write(buffer, 0, read);
            if (body.Length > BodyLimit)
            {
                throw new JsonException("The request is larger than 64 KiB.");
            }
        }

        return body.ToArray();
    }

    /// <summary>A request that broke down inside: nothing happened, and its key is spent on that answer.</summary>
    private static AdyenDecision BreakDown(AdyenAccount account, AdyenCall call) => new(AdyenAnswer.Failure(500) with { Transient = false }, new());

    /// <summary>Goes on when the caller has left: a vendor does not notice.</summary>
    private Task Wait(FaultRule? fault) => fault is { DelayMs: > 0 }
        ? Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs), time, CancellationToken.None)
        : Task.CompletedTask;

    private bool LetsIn(string given) => options.Value.AdyenApiKey is { Length: > 0 } expected
        ? CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected))
        : given.Length > 0;

    private static async Task Show(HttpContext http, AdyenAnswer answer, FaultRule? fault)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.ContentType = "application/json";
        response.Headers["pspReference"] = AdyenJson.NewReference();
        if (http.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 and <= LongestKey } key)
        {
            response.Headers["Idempotency-Key"] = key;
        }

        if (answer.Transient is { } transient)
        {
            response.Headers["transient-error"] = transient ? "true" : "false";
        }

        if (answer.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(provider: null);
        }

        if (answer.Status == StatusCodes.Status204NoContent)
        {
            return;
        }

        var text = answer.Body;
        if (fault is { Kind: FaultKind.Garbage })
        {
            response.StatusCode = StatusCodes.Status200OK;
            text = Garbage(text, fault.Variant ?? Variants[(int)((uint)Interlocked.Increment(ref drawn) % Variants.Length)]);
        }

        var whole = Encoding.UTF8.GetBytes(text);
        response.ContentLength = whole.Length;
        if (fault is { Kind: FaultKind.Truncate })
        {
            await response.Body.WriteAsync(whole.AsMemory(0, whole.Length / 2));
            await response.Body.FlushAsync();
            http.Abort();
            return;
        }

        await response.Body.WriteAsync(whole);
    }

    /// <summary>An answer that no client should believe.</summary>
    private static string Garbage(string text, string variant)
    {
        if (variant == "schema")
        {
            return """{"object":"unicorn","amount":[]}""";
        }

        if (variant == "html" || JsonNode.Parse(text) is not JsonObject said || said["amount"] is not JsonObject amount)
        {
            return "<html><body>502 upstream said something else</body>";
        }

        if (variant == "amount")
        {
            amount["value"] = -(long)amount["value"]!;
        }
        else
        {
            amount["currency"] = (string?)amount["currency"] == "USD" ? "EUR" : "USD";
        }

        return said.ToJsonString();
    }
}
