using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Commerce.Sandbox.Avalara;

/// <summary>Takes a request to the pretend AvaTax from its credentials to its answer, with whatever goes wrong on the way.</summary>
internal sealed class AvalaraDoor(AvalaraCompany company, SandboxJournal journal, FaultBook faults, TimeProvider time)
{
    /// <summary>What all operations are to a fault: <c>tax</c>.</summary>
    private const string Word = "tax";

    public Task Create(HttpContext http) => Handle(
        http, AvalaraSandboxJson.Default.CreateModel,
        asked => asked?.Type switch { "SalesOrder" => "avalara.quote", "ReturnInvoice" => "avalara.refund", _ => "avalara.commit" },
        asked => company.Create(asked!));

    public Task Void(HttpContext http) => Handle(
        http, AvalaraSandboxJson.Default.VoidModel, _ => "avalara.void",
        asked => asked?.Code is "DocVoided" or "DocDeleted"
            ? company.Void(Company(http), Code(http), DocumentType(http))
            : TaxAnswer.Refused(400, "ValueRequiredError", 5, "Field value required.", "code is DocVoided or DocDeleted."));

    public Task Refund(HttpContext http) => Handle(
        http, AvalaraSandboxJson.Default.RefundModel, _ => "avalara.refund", asked => company.Refund(Company(http), Code(http), DocumentType(http), asked!));

    public Task Get(HttpContext http) => Handle<CreateModel>(http, null, _ => "avalara.read", _ => company.Get(Company(http), Code(http), DocumentType(http)));

    public Task List(HttpContext http) => Credentials(http) is null
        ? Show(http, Unauthenticated, null)
        : Write(http, 200, company.List(Company(http)), AvalaraSandboxJson.Default.TransactionsModel, null);

    /// <summary>Says whether the credentials are any, and never refuses them.</summary>
    public static Task Ping(HttpContext http) => Write(
        http, 200, new PingModel("2.0 sandbox", Credentials(http) is not null, Credentials(http) is null ? "None" : "AccountIdLicenseKey", Credentials(http)), AvalaraSandboxJson.Default.PingModel, null);

    private static TaxAnswer Unauthenticated { get; } =
        TaxAnswer.Refused(401, "AuthenticationException", 30, "Authentication failed.", "Please contact your company's administrator for support.");

    private async Task Handle<T>(HttpContext http, JsonTypeInfo<T>? shape, Func<T?, string> operation, Func<T?, TaxAnswer> decide)
        where T : class
    {
        if (Credentials(http) is null)
        {
            await Show(http, Unauthenticated, fault: null);
            return;
        }

        T? asked = null;
        try
        {
            asked = shape is null ? null : await JsonSerializer.DeserializeAsync(http.Request.Body, shape, http.RequestAborted);
        }
        catch (JsonException unreadable)
        {
            await Show(http, TaxAnswer.Refused(400, "JsonFormatError", 6, "The JSON could not be read.", unreadable.Message), fault: null);
            return;
        }

        var fault = faults.Of(http.Request, "avalara", operation(asked), Word);
        if (fault is { Kind: FaultKind.DropBefore })
        {
            http.Abort();
            return;
        }

        if (fault is { DelayMs: > 0 })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs), time, CancellationToken.None);
        }

        if (fault is { Kind: FaultKind.Status })
        {
            if (fault.RetryAfterSeconds is { } seconds)
            {
                http.Response.Headers.RetryAfter = seconds.ToString(provider: null);
            }

            await Show(http, TaxAnswer.Refused(fault.Status, fault.Status == 429 ? "RateLimitExceeded" : "ServerError", 1, "The server could not answer."), fault);
            return;
        }

        var answer = shape is not null && asked is null ? TaxAnswer.Refused(400, "JsonFormatError", 6, "The body is empty.") : decide(asked);
        await journal.Durable();
        if (fault is { Kind: FaultKind.DropAfter })
        {
            http.Abort();
            return;
        }

        await Show(http, answer, fault);
    }

    private static Task Show(HttpContext http, TaxAnswer answer, FaultRule? fault)
    {
        if (fault is { Kind: FaultKind.Garbage } && answer.Transaction is { } transaction)
        {
            return fault.Variant switch
            {
                "html" => Raw(http, "<html><body>502 upstream said something else</body>"),
                "amount" => Write(http, 200, transaction with { TotalTax = -transaction.TotalTax - 1 }, AvalaraSandboxJson.Default.TransactionModel, null),
                "currency" => Write(http, 200, transaction with { CurrencyCode = transaction.CurrencyCode == "USD" ? "EUR" : "USD" }, AvalaraSandboxJson.Default.TransactionModel, null),
                _ => Raw(http, """{"lines":{"unicorn":true}}"""),
            };
        }

        return answer.Error is { } error
            ? Write(http, answer.Status, error, AvalaraSandboxJson.Default.ErrorModel, fault)
            : Write(http, answer.Status, answer.Transaction!, AvalaraSandboxJson.Default.TransactionModel, fault);
    }

    private static async Task Raw(HttpContext http, string text)
    {
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(text);
    }

    private static async Task Write<T>(HttpContext http, int status, T body, JsonTypeInfo<T> shape, FaultRule? fault)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, shape);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.Headers["x-correlation-id"] = Guid.NewGuid().ToString();
        http.Response.ContentLength = bytes.Length;
        if (fault is { Kind: FaultKind.Truncate })
        {
            await http.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await http.Response.Body.FlushAsync();
            http.Abort();
            return;
        }

        await http.Response.Body.WriteAsync(bytes);
    }

    /// <summary>The account's number; null when there are no credentials, or none that could be.</summary>
    private static string? Credentials(HttpContext http)
    {
        var authorization = http.Request.Headers.Authorization.ToString();
        Span<byte> decoded = stackalloc byte[256];
        if (!authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64Chars(authorization.AsSpan(6), decoded, out var written))
        {
            return null;
        }

        var parts = Encoding.UTF8.GetString(decoded[..written]).Split(':', 2);

        return parts is [{ Length: > 0 } account, { Length: > 0 }] && account.All(char.IsAsciiDigit) ? account : null;
    }

    private static string Company(HttpContext http) => (string)http.Request.RouteValues["company"]!;

    private static string Code(HttpContext http) => (string)http.Request.RouteValues["code"]!;

    private static string? DocumentType(HttpContext http) => http.Request.Query["documentType"].ToString() is { Length: > 0 } type ? type : null;
}
