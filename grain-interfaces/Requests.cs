namespace Commerce;

/// <summary>Who asks, and under which conditions: what every changing call carries besides its own arguments.</summary>
/// <param name="Owner">
/// The caller's owner id (see <see cref="Owners"/>), or null for an operator. A resource of another owner is <c>not-found</c>.
/// </param>
/// <param name="Key">Idempotency key; null when the caller gave none, then the call is not remembered.</param>
/// <param name="Fingerprint">Hash of the request's meaning; the same key with another fingerprint is refused as <c>idempotency-key-reused</c>.</param>
/// <param name="IfMatch">Version that the caller saw; null when it does not care. Another version is refused as <c>stale-version</c>.</param>
[GenerateSerializer, Immutable, Alias("commerce.request")]
public sealed record Request(
    [property: Id(0)] string? Owner,
    [property: Id(1)] string? Key = null,
    [property: Id(2)] string? Fingerprint = null,
    [property: Id(3)] long? IfMatch = null)
{
    /// <summary>An operator or the system itself, unconditional.</summary>
    public static Request System(string? key = null) => new(null, key);
}

/// <summary>The answer to a changing call: how the aggregate stands, and whether this very request had been done before.</summary>
[GenerateSerializer, Immutable, Alias("commerce.reply`1")]
public sealed record Reply<T>([property: Id(0)] T View, [property: Id(1)] bool Replayed);

/// <summary>A page of a list; <see cref="Next"/> is the cursor of the next page, null on the last.</summary>
/// <param name="AsOf">UTC, of a list that follows the journal: everything that was committed before is in it. Null for one that is the truth itself.</param>
[GenerateSerializer, Immutable, Alias("commerce.page`1")]
public sealed record Page<T>([property: Id(0)] ImmutableArray<T> Items, [property: Id(1)] string? Next, [property: Id(2)] DateTimeOffset? AsOf = null);

/// <summary>Which page of a list: up to <see cref="Limit"/> items from <see cref="Cursor"/> on, null for the first.</summary>
[GenerateSerializer, Immutable, Alias("commerce.page-request")]
public sealed record PageRequest([property: Id(0)] string? Cursor, [property: Id(1)] int Limit);
