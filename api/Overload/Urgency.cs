namespace Commerce.Overload;

/// <summary>Who is turned away first when there are more requests than can be served: the least urgent. In the order of a purchase.</summary>
internal enum Urgency
{
    /// <summary>Looks around: products, availability, documents. Nothing is lost but a page.</summary>
    Browsing,

    /// <summary>Opens a cart. Turned away before the work on carts that exist, or work that was begun would be thrown away for work that cannot be finished.</summary>
    Opening,

    /// <summary>Works on a cart.</summary>
    Cart,

    /// <summary>Starts to pay.</summary>
    Checkout,

    /// <summary>Goes on with what was begun or belongs to those who run the shop: checkouts and orders that exist, vendors' webhooks, operators, probes. Never turned away, never counted.</summary>
    Essential,
}

/// <summary>How urgent the requests of an endpoint are; an endpoint that does not say is essential.</summary>
internal sealed record Urgent(Urgency Urgency);

internal static class Urgencies
{
    /// <summary>How many kinds can be turned away: all but the last.</summary>
    public const int Refusable = (int)Urgency.Essential;

    public static readonly string[] Names = ["browsing", "opening", "cart", "checkout", "essential"];

    extension<TBuilder>(TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        /// <summary>What an endpoint says itself counts before what its group says.</summary>
        public TBuilder WithUrgency(Urgency urgency) => builder.WithMetadata(new Urgent(urgency));
    }

    /// <summary>What no endpoint was found for is the least urgent.</summary>
    public static Urgency Of(HttpContext http) => http.GetEndpoint() is { } endpoint
        ? endpoint.Metadata.GetMetadata<Urgent>()?.Urgency ?? Urgency.Essential
        : Urgency.Browsing;
}
