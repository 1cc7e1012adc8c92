using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Commerce.Sandbox.Stripe;

/// <summary>Takes a request to the pretend Stripe from its key to its answer, with whatever goes wrong on the way.</summary>
internal sealed class StripeDoor(StripeAccount account, SandboxJournal journal, FaultBook faults, IOptions<SandboxOptions> options, TimeProvider time)
{
    public const string Version = "2026-10-28.endive";

    private const int BodyLimit = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? scratch;

    [ThreadStatic]
    private static Utf8JsonWriter? scratchWriter;

    private readonly byte[]? apiKey = options.Value.ApiKey is { Length: > 0 } key ? Encoding.UTF8.GetBytes(key) : null;

    public async Task Handle(HttpContext http, StripeOperation operation)
    {
        var request = http.Request;
        if (!LetsIn(request.Headers.Authorization.ToString()))
        {
            await Show(http, new Answer(401) { Error = new("invalid_request_error", "You did not provide a valid API key. Use it as a bearer token or as the user name of basic authentication.") }, form: null, fault: null);
            return;
        }

        var fault = faults.Of(request, StripeAccount.Name, operation.Name, operation.Word);
        if (fault is { Kind: FaultKind.DropBefore })
        {
            http.Abort();
            return;
        }

        var text = operation.Effect ? await Body(request) : request.QueryString.Value;
        if (text is null)
        {
            await Show(http, Answer.Refused("The request is larger than 64 KiB.") with { Status = 413 }, form: null, fault: null);
            return;
        }

        if (fault is { Kind: FaultKind.Status, Stored: false })
        {
            await Wait(fault);
            await Show(http, Answer.Failure(fault.Status, fault.RetryAfterSeconds), form: null, fault);
            return;
        }

        var form = new StripeForm(text);
        var key = operation.Effect && request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : null;
        var call = new StripeCall(
            request.RouteValues.TryGetValue("id", out var id) ? (string)id! : "",
            form,
            key,
            key is null ? 0 : Fingerprint(request.Path.Value!, text),
            account.Now,
            options.Value.PublicUrl?.TrimEnd('/') ?? $"{request.Scheme}://{request.Host}");

        var answer = key?.Length > 255
            ? Answer.Refused("Idempotency keys are at most 255 characters long.", param: "Idempotency-Key")
            : await Decide(call, operation, fault);
        await journal.Durable();

        if (fault is { Kind: FaultKind.DropAfter })
        {
            http.Abort();
            return;
        }

        await Show(http, answer, form, fault);
    }

    private async Task<Answer> Decide(StripeCall call, StripeOperation operation, FaultRule? fault)
    {
        if (call.Key is null)
        {
            await Wait(fault);
            return account.Commit(call, operation.Decide);
        }

        if (account.Claim(call.Key, call.Fingerprint) is { } known)
        {
            await Wait(fault);
            return known;
        }

        try
        {
            await Wait(fault);
            return account.Commit(call, fault is { Kind: FaultKind.Status, Stored: true } ? StripePayments.BreakDown : operation.Decide);
        }
        finally
        {
            account.Release(call.Key);
        }
    }

    /// <summary>Goes on when the caller has left: a vendor does not notice.</summary>
    private Task Wait(FaultRule? fault) => fault is { DelayMs: > 0 }
        ? Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs), time, CancellationToken.None)
        : Task.CompletedTask;

    private bool LetsIn(string authorization)
    {
        Span<byte> decoded = stackalloc byte[256];
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return Encoding.UTF8.TryGetBytes(authorization.AsSpan(7), decoded, out var length) && Fits(decoded[..length]);
        }

        return authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)
            && Convert.TryFromBase64Chars(authorization.AsSpan(6), decoded, out var written)
            && Fits(decoded[..written].TrimEnd((byte)':'));
    }

    private bool Fits(ReadOnlySpan<byte> secret) => apiKey is null
        ? secret.StartsWith("sk_"u8) || secret.StartsWith("rk_"u8)
        : CryptographicOperations.FixedTimeEquals(secret, apiKey);

    private static async ValueTask<string?> Body(HttpRequest request)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            if (read.Buffer.Length > BodyLimit)
            {
                return null;
            }

            if (read.IsCompleted)
            {
                var text = Encoding.UTF8.GetString(read.Buffer);
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return text;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>FNV-1a: tells other parameters apart, the same after a restart.</summary>
    private static ulong Fingerprint(string path, string text)
    {
        var hash = 14695981039346656037;
        unchecked
        {
            foreach (var letter in path)
            {
                hash = (hash ^ letter) * 1099511628211;
            }

            foreach (var letter in text)
            {
                hash = (hash ^ letter) * 1099511628211;
            }
        }

        return hash;
    }

    private static async Task Show(HttpContext http, Answer answer, StripeForm? form, FaultRule? fault)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.ContentType = "application/json";
        response.Headers["Request-Id"] = SandboxIds.New("req_");
        response.Headers["Stripe-Version"] = Version;
        if (answer.Replayed)
        {
            response.Headers["Idempotent-Replayed"] = "true";
        }

        if (answer.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(provider: null);
        }

        var length = Write(response, answer, form, fault);
        await response.BodyWriter.FlushAsync();
        if (length > 0)
        {
            http.Abort();
        }
    }

    /// <summary>Writes the body; answers how much of it was held back.</summary>
    private static int Write(HttpResponse response, Answer answer, StripeForm? form, FaultRule? fault)
    {
        var buffer = scratch ??= new ArrayBufferWriter<byte>(8192);
        var json = scratchWriter ??= new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        buffer.ResetWrittenCount();
        json.Reset();

        if (fault is { Kind: FaultKind.Garbage })
        {
            response.StatusCode = StatusCodes.Status200OK;
            Garbage.Write(json, buffer, answer, fault.Variant);
        }
        else
        {
            Write(json, answer, form);
        }

        json.Flush();
        var whole = buffer.WrittenSpan;
        response.ContentLength = whole.Length;
        var shown = fault is { Kind: FaultKind.Truncate } ? whole.Length / 2 : whole.Length;
        response.BodyWriter.Write(whole[..shown]);
        return whole.Length - shown;
    }

    private static void Write(Utf8JsonWriter json, Answer answer, StripeForm? form)
    {
        if (answer.Error is { } error)
        {
            json.WriteStartObject();
            json.WritePropertyName("error"u8);
            json.Error(error, answer.Intent?.ChargeId, answer.Intent);
            json.WriteEndObject();
        }
        else if (answer.Refund is { } refund)
        {
            json.Refund(refund);
        }
        else if (answer.Dispute is { } dispute)
        {
            json.Dispute(dispute);
        }
        else if (answer.Method is { } method)
        {
            json.Method(method);
        }
        else if (answer.Customer is { } customer)
        {
            json.Customer(customer);
        }
        else if (answer.Intent is { } intent)
        {
            json.Intent(intent, form?.Expands("latest_charge") ?? false);
        }
        else
        {
            answer.Body?.Invoke(json);
        }
    }
}
