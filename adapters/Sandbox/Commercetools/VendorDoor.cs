using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Commerce.Sandbox.Commercetools;

/// <summary>Takes a request to the pretend commercetools from its token to its answer, with whatever goes wrong on the way.</summary>
internal sealed class VendorDoor(VendorProject project, FaultBook faults, IOptions<SandboxOptions> options, TimeProvider time)
{
    private const string Word = "read";

    private readonly Dictionary<string, DateTimeOffset> tokens = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>How many tokens were given out.</summary>
    public int Granted { get; private set; }

    /// <summary>Makes every token worthless, as a revocation does.</summary>
    public void Revoke()
    {
        lock (gate)
        {
            tokens.Clear();
        }
    }

    /// <summary><c>POST /oauth/token</c>: client credentials.</summary>
    public Task Token(HttpContext http) => Handle(http, "commercetools.token", async () =>
    {
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync() : null;
        if (!KnowsClient(http.Request.Headers.Authorization.ToString()))
        {
            return (401, Error(401, "invalid_client", "Please provide valid client credentials using HTTP Basic Authentication."));
        }

        if (form?["grant_type"].ToString() != "client_credentials")
        {
            return (400, Error(400, "unsupported_grant_type", "The sandbox grants client_credentials."));
        }

        var life = options.Value.TokenLifetime;
        var token = SandboxIds.New("");
        lock (gate)
        {
            tokens[token] = time.GetUtcNow() + life;
            Granted++;
        }

        return (200, new JsonObject { ["access_token"] = token, ["token_type"] = "Bearer", ["expires_in"] = (long)life.TotalSeconds, ["scope"] = form["scope"].ToString() });
    });

    /// <summary><c>GET /{project}/{kind}</c>: a page of a list.</summary>
    public Task List(HttpContext http, string projectKey, string kind) => Handle(http, $"commercetools.{kind}", () =>
    {
        var request = http.Request;
        if (!Admits(request.Headers.Authorization.ToString()))
        {
            return Task.FromResult((401, Error(401, "invalid_token", "invalid_token")));
        }

        if (projectKey != options.Value.ProjectKey || !project.Has(kind))
        {
            return Task.FromResult((404, Error(404, "ResourceNotFound", $"The Resource '{kind}' of '{projectKey}' was not found.")));
        }

        if (!Number(request, "limit", 20, 500, out var limit) || !Number(request, "offset", 0, 10_000, out var offset))
        {
            return Task.FromResult((400, Error(400, "InvalidInput", "Malformed parameter: limit is from 1 to 500, offset from 0 to 10000.")));
        }

        try
        {
            var sort = request.Query["sort"].OfType<string>().DefaultIfEmpty("id asc");
            var (page, total) = project.Query(kind, VendorQuery.Parse(request.Query["where"]), sort, limit, offset);
            var answer = new JsonObject { ["limit"] = limit, ["offset"] = offset, ["count"] = page.Length, ["results"] = new JsonArray([.. page]) };
            if (request.Query["withTotal"] != "false")
            {
                answer["total"] = total;
            }

            return Task.FromResult((200, answer));
        }
        catch (FormatException malformed)
        {
            return Task.FromResult((400, Error(400, "InvalidInput", $"Malformed parameter: where: {malformed.Message}")));
        }
    });

    private async Task Handle(HttpContext http, string operation, Func<Task<(int Status, JsonObject Body)>> answer)
    {
        var fault = faults.Of(http.Request, "commercetools", operation, Word);
        if (fault is { DelayMs: > 0 })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs), time, http.RequestAborted);
        }

        if (fault is { Kind: FaultKind.DropBefore or FaultKind.DropAfter })
        {
            http.Abort();
            return;
        }

        var (status, body) = fault is { Kind: FaultKind.Status } ? (fault.Status, Error(fault.Status, fault.Status == 503 ? "ServiceUnavailable" : "General", "Something went wrong.")) : await answer();
        var text = fault is { Kind: FaultKind.Garbage } ? "<html><body>502 upstream said something else</body>" : body.ToJsonString();
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        if (fault?.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(provider: null);
        }

        if (fault is { Kind: FaultKind.Truncate })
        {
            await http.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await http.Response.Body.FlushAsync();
            http.Abort();
            return;
        }

        await http.Response.Body.WriteAsync(bytes);
    }

    private bool Admits(string authorization)
    {
        lock (gate)
        {
            return authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && tokens.TryGetValue(authorization[7..], out var until) && time.GetUtcNow() < until;
        }
    }

    private bool KnowsClient(string authorization) =>
        authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(authorization[6..]),
            Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Value.ClientId}:{options.Value.ClientSecret}"))));

    private static bool Number(HttpRequest request, string name, int missing, int highest, out int value)
    {
        value = missing;
        return request.Query[name].ToString() is not { Length: > 0 } given || (int.TryParse(given, out value) && value >= 0 && value <= highest);
    }

    private static JsonObject Error(int status, string code, string message) => new()
    {
        ["statusCode"] = status,
        ["message"] = message,
        ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }),
        ["error"] = code,
    };
}
