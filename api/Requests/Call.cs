namespace Commerce.Requests;

/// <summary>One request as the endpoints see it: who asks, under which key, on which condition, and with what body.</summary>
/// <remarks>The endpoint may be run several times for one request (<see cref="Repetition"/>), always with the same call: what was read or drawn once stays.</remarks>
internal sealed class Call(HttpContext http)
{
    /// <summary>How long a request waits for a checkout to come to its end before it answers that it is pending.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(9.5);

    private readonly string? given = IdempotencyKeys.Read(http.Request);
    private readonly TimeProvider time = http.RequestServices.GetRequiredService<TimeProvider>();
    private readonly long begun = http.RequestServices.GetRequiredService<TimeProvider>().GetTimestamp();
    private string? own;
    private byte[]? bytes;
    private string? fingerprint;

    public Caller Caller => Caller.Of(http);

    public HttpRequest Http => http.Request;

    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>The Idempotency-Key; when the caller gave none, one of the request's own, which all attempts share.</summary>
    public string Key => given ?? (own ??= IdempotencyKeys.New());

    /// <summary>The caller's owner id; null for an operator, who sees everything.</summary>
    public string? Owner => Caller.Scope;

    /// <summary>How long the caller is willing to wait: <c>Prefer: wait=2</c> or <c>respond-async</c> (RFC 7240) shorten it.</summary>
    public TimeSpan Wait
    {
        get
        {
            var wait = LongestWait;
            foreach (var preference in http.Request.Headers["Prefer"])
            {
                foreach (var part in (preference ?? "").Split([',', ';'], StringSplitOptions.TrimEntries))
                {
                    if (part == "respond-async")
                    {
                        wait = TimeSpan.Zero;
                    }
                    else if (part.StartsWith("wait=", StringComparison.Ordinal) && int.TryParse(part.AsSpan(5), out var seconds) && seconds >= 0 && seconds < wait.TotalSeconds)
                    {
                        wait = TimeSpan.FromSeconds(seconds);
                    }
                }
            }

            return wait;
        }
    }

    /// <summary>Whether this request waits for a checkout, so that its patience is <see cref="Wait"/>.</summary>
    public bool Watches { get; set; }

    /// <summary>What a checkout's first answer said: whether this very request had been carried out before. Null before there was one.</summary>
    public bool? Replayed { get; set; }

    /// <summary>What is left of <see cref="Wait"/>, all attempts counted.</summary>
    public TimeSpan Left => Wait - time.GetElapsedTime(begun) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    public TimeProvider Time => time;

    public static ValueTask<Call?> BindAsync(HttpContext context) => new(new Call(context));

    /// <summary>An id from the address, if it can be one at all; anything else is not found, and is not echoed.</summary>
    public static string Known(string id, string prefix) => Identity.Is(id, prefix) ? id : throw Refusal.NotFound;

    /// <summary>The key, where money moves.</summary>
    public string RequireKey() => given ?? throw new Refusal("idempotency-key-missing", "Send an Idempotency-Key header, and the same one with every repeat of this request.");

    /// <summary>Reads the body and refuses it if anything is wrong with it.</summary>
    /// <param name="optional">Whether no body at all means an empty one.</param>
    public async Task<T> Read<T>(Func<Fields, T> shape, bool optional = false)
    {
        using var document = await JsonBody.Read(http.Request, optional, Bytes);
        var root = document?.RootElement ?? default;
        var errors = new BodyErrors();
        var body = shape(new Fields(root, "", errors));
        errors.Throw();
        fingerprint = given is null ? null : IdempotencyKeys.Fingerprint(http.Request, root);
        return body;
    }

    /// <summary>Reads a body that is a whole document, and refuses it if it has not the form of one.</summary>
    public async Task<T> ReadDocument<T>()
    {
        using var document = await JsonBody.Read(http.Request, optional: false, Bytes);
        var root = document!.RootElement;
        var body = Documents.Of<T>(root);
        fingerprint = given is null ? null : IdempotencyKeys.Fingerprint(http.Request, root);
        return body;
    }

    /// <summary>The body as it came; it can be read only once, and is kept for the next attempt.</summary>
    public async Task<byte[]> Bytes() => bytes ??= await JsonBody.Bytes(http.Request, http.RequestAborted);

    /// <summary>For a request whose address says all: no body, or an empty object.</summary>
    public Task ReadNothing() => Read(
        static fields =>
        {
            fields.NothingElse();
            return true;
        },
        optional: true);

    /// <summary>What the grains want to know about this request.</summary>
    public Request Request() => RequestOf(Owner);

    /// <summary>The same on behalf of an owner whom this very request makes.</summary>
    public Request RequestOf(string? owner)
    {
        var seen = ETags.IfMatch(http.Request);
        return given is not null ? new(owner, given, fingerprint ??= IdempotencyKeys.Fingerprint(http.Request, default), seen)
            : HttpMethods.IsPut(http.Request.Method) && seen is null ? new(owner) // the same twice is the same, and leaves nothing to recognise
            : new(owner, Key, null, seen);
    }
}
