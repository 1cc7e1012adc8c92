namespace Commerce;

/// <summary>A request that the domain refuses, with the reason a caller can act on. An expected business outcome (declined, out of stock) is a value instead.</summary>
[GenerateSerializer, Alias("commerce.exception")]
public sealed class CommerceException : Exception
{
    public CommerceException(CommerceError error)
        : base(error.Detail) => Error = error;

    [Id(0)]
    public CommerceError Error { get; }
}

/// <summary>Why a request was refused. Mapped to a problem document (RFC 9457) in one place, <c>api/Problems</c>.</summary>
/// <param name="Code">Stable, lower case, dashes; clients switch on it and <c>/problems/{code}</c> explains it. Never renamed, only retired.</param>
/// <param name="Kind">What the caller should do: fix it, look again, decide again, or repeat it later.</param>
/// <param name="Detail">One sentence for a person. Free to change; names no secret.</param>
[GenerateSerializer, Immutable, Alias("commerce.error")]
public sealed record CommerceError(
    [property: Id(0)] string Code,
    [property: Id(1)] ErrorKind Kind,
    [property: Id(2)] string Detail)
{
    /// <summary>JSON pointer (RFC 6901) of the field at fault, when there is one.</summary>
    [Id(3)]
    public string? Pointer { get; init; }

    /// <summary>What is allowed now, for a refused transition; empty otherwise.</summary>
    [Id(4)]
    public ImmutableArray<string> Allowed { get; init; } = [];

    /// <summary>When to come back, for <see cref="ErrorKind.Unavailable"/> and <see cref="ErrorKind.Busy"/>.</summary>
    [Id(5)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The quote that replaces the one the caller saw, for <c>price-changed</c>.</summary>
    [Id(6)]
    public Pricing.Quote? Quote { get; init; }

    /// <summary>The quote that the caller saw, as far as it is still known, for <c>price-changed</c>.</summary>
    [Id(8)]
    public Pricing.Quote? Shown { get; init; }

    /// <summary>In what the two differ, for <c>price-changed</c>; empty otherwise.</summary>
    [Id(9)]
    public ImmutableArray<Pricing.QuoteChange> Changes { get; init; } = [];

    /// <summary>Everything that is wrong with a document, when it is more than one thing; empty otherwise.</summary>
    [Id(7)]
    public ImmutableArray<Fault> Faults { get; init; } = [];
}

/// <summary>What is wrong with one field of a document.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) into it.</param>
/// <param name="Code">As <see cref="CommerceError.Code"/>.</param>
/// <param name="Remedy">What it is and what to do about it, in a sentence.</param>
[GenerateSerializer, Immutable, Alias("commerce.fault")]
public sealed record Fault([property: Id(0)] string Pointer, [property: Id(1)] string Code, [property: Id(2)] string Remedy);

/// <summary>What kind of refusal it is. Numbers are on the wire: append only.</summary>
[GenerateSerializer, Alias("commerce.error-kind")]
public enum ErrorKind
{
    /// <summary>422: understood, but means something impossible.</summary>
    Invalid = 0,

    /// <summary>404: not there, or not yours.</summary>
    NotFound = 1,

    /// <summary>409: not in this state; look again.</summary>
    Conflict = 2,

    /// <summary>412: <c>If-Match</c> named an older version.</summary>
    Stale = 3,

    /// <summary>422: this idempotency key was used for another request.</summary>
    KeyReused = 4,

    /// <summary>503: repeat later with the same key.</summary>
    Unavailable = 5,

    /// <summary>429: too many at once; repeat later with the same key.</summary>
    Busy = 6,

    /// <summary>500: a defect of ours.</summary>
    Internal = 7,

    /// <summary>400: cannot be read.</summary>
    Malformed = 8,
}

/// <summary>Refusals that every aggregate shares.</summary>
public static class CommonErrors
{
    public static CommerceError NotFound(string id) => new("not-found", ErrorKind.NotFound, $"There is no '{id}' that you may see.");

    public static CommerceError Stale(long expected, long actual) => new(
        "stale-version", ErrorKind.Stale, $"If-Match named version {expected}, it is {actual} by now. Read it again and decide again.");

    public static CommerceError KeyReused(string key) => new(
        "idempotency-key-reused", ErrorKind.KeyReused, $"The idempotency key '{key}' was used before for another request. Take a new key.")
    { Pointer = "" };

    public static CommerceError NotNow(string what, string state, string step, ImmutableArray<string> allowed) => new(
        "not-now", ErrorKind.Conflict, $"'{step}' cannot happen to a {what} that is {state}.")
    { Allowed = allowed };

    public static CommerceError LostFence(string id) => new(
        "temporarily-unavailable", ErrorKind.Unavailable, $"'{id}' was changed from elsewhere in this moment. Repeat the request with the same key.")
    { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>More is asked than can be done in good time. Nothing was begun.</summary>
    public static CommerceError Overloaded(string detail, TimeSpan retryAfter) => new(
        "overloaded", ErrorKind.Unavailable, detail)
    { RetryAfter = retryAfter };

    public static CommerceError Unavailable(string detail, TimeSpan retryAfter) => new(
        "temporarily-unavailable", ErrorKind.Unavailable, detail)
    { RetryAfter = retryAfter };
}
