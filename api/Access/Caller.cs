namespace Commerce.Access;

internal enum CallerKind
{
    /// <summary>Sent no token.</summary>
    Anonymous,

    /// <summary>Sent a token that nobody knows.</summary>
    Unrecognised,
    Guest,
    Customer,
    Operator,
}

/// <summary>Who asks.</summary>
/// <param name="Id">Tells callers apart, for rate limits and for the ids that are derived from a caller's idempotency keys.</param>
/// <param name="Owner">The owner id of a guest or customer.</param>
internal sealed record Caller(CallerKind Kind, string Id, string? Owner = null)
{
    /// <summary>What an operator is called in records of who did what; the same for everybody who has the admin key.</summary>
    public string Name { get; init; } = Id;

    public static Caller Operator { get; } = new(CallerKind.Operator, "operator");

    public bool HasToken => Kind is CallerKind.Guest or CallerKind.Customer or CallerKind.Operator;

    /// <summary>Whose things the caller may touch; null: everybody's.</summary>
    public string? Scope => Kind switch
    {
        CallerKind.Operator => null,
        CallerKind.Guest or CallerKind.Customer => Owner,
        _ => throw Refusal.Unauthenticated,
    };

    /// <summary>The caller of the request under way.</summary>
    public static Caller Of(HttpContext http) => http.Features.Get<Caller>() ?? throw new InvalidOperationException("No caller: the request did not pass through Callers.");

    /// <summary>Somebody without a token. The address tells them apart: a key that a stranger guesses from elsewhere finds nothing.</summary>
    public static Caller Anonymous(HttpContext http, bool unrecognised = false) => new(
        unrecognised ? CallerKind.Unrecognised : CallerKind.Anonymous, "address:" + http.Connection.RemoteIpAddress);

    public static Caller Guest(string token)
    {
        var owner = Owners.Guest(token);
        return new(CallerKind.Guest, owner, owner);
    }

    public static Caller Customer(string subject)
    {
        var owner = Owners.Customer(subject);
        return new(CallerKind.Customer, owner, owner);
    }
}
