namespace Commerce;

/// <summary>How a call to a vendor ended: never a vendor's exception. Every vendor maps its errors to these once, in its own folder.</summary>
public abstract record Outcome<T>
{
    private Outcome()
    {
    }

    /// <summary>Done, and known to be done.</summary>
    public sealed record Ok(T Value) : Outcome<T>;

    /// <summary>The vendor (or the shopper's bank) said no, for good under this key. A new attempt needs a new key.</summary>
    /// <param name="Reference">The vendor's reference of what was declined, when it keeps one.</param>
    public sealed record Declined(Payments.Decline Why, string? Reference = null) : Outcome<T>;

    /// <summary>The shopper has to do something first; nothing is authorised yet.</summary>
    public sealed record RequiresAction(string Reference, Payments.PaymentAction Action) : Outcome<T>;

    /// <summary>We asked for something that the vendor cannot do: repeating it is pointless. Nothing has happened there.</summary>
    public sealed record Rejected(string Code, string Message) : Outcome<T>;

    /// <summary>Not reached, or turned away before anything happened: repeating it later is safe.</summary>
    public sealed record Unavailable(TimeSpan RetryAfter) : Outcome<T>;

    /// <summary>It may have happened or not: the answer was lost. Ask again with the same key until it is known.</summary>
    public sealed record InDoubt(string Why) : Outcome<T>;
}
