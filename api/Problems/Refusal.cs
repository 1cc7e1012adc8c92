namespace Commerce.Problems;

/// <summary>A request that this API refuses before any grain has seen it: unreadable, malformed, not allowed.</summary>
internal sealed class Refusal(string code, string detail, IReadOnlyList<FieldError>? errors = null) : Exception(detail)
{
    public string Code { get; } = code;

    public string Detail { get; } = detail;

    public IReadOnlyList<FieldError> Errors { get; } = errors ?? [];

    /// <summary>When to come back; null when that makes no difference.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static Refusal NotFound { get; } = new("not-found", "There is nothing here that you may see.");

    public static Refusal Unauthenticated { get; } = new("unauthenticated", "This needs a valid bearer token.");

    public static Refusal Forbidden { get; } = new("forbidden", "This needs an operator's token.");
}

/// <summary>What is wrong with one field of a body.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) into the body.</param>
internal sealed record FieldError(string Pointer, string Code, string Detail);
