namespace Commerce.Payments;

/// <summary>Customers as payment providers know them.</summary>
internal static class Shoppers
{
    /// <summary>A pseudonym that always follows from the owner and tells nothing of him; null for a guest.</summary>
    public static string? Of(string owner) => Owners.CustomerId(owner) is null ? null : Identity.Of("shp_", owner);
}

/// <inheritdoc cref="IStoredMethods"/>
[GrainType("stored-methods"), StatelessWorker, Reentrant]
internal sealed class StoredMethods(PaymentProviders providers) : Grain, IStoredMethods
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    public async Task<ImmutableArray<StoredMethodView>> List(string owner, string? provider)
    {
        if (Shoppers.Of(owner) is not { } shopper)
        {
            return [];
        }

        var asked = provider is null ? providers.All.Where(static one => one.Capabilities.StoresMethods) : [providers[provider]];
        var kept = await Task.WhenAll(asked.Select(async one => Known(await one.StoredMethods(shopper, CancellationToken.None))
            .Select(method => new StoredMethodView(one.Name, method.Method, method.Kind, method.Brand, method.Last4, method.Expires))));
        return [.. kept.SelectMany(static each => each)];
    }

    public async Task<bool> Forget(string owner, string provider, string method) =>
        Shoppers.Of(owner) is { } shopper && providers[provider] is { Capabilities.StoresMethods: true } one && Known(await one.Forget(shopper, method, CancellationToken.None));

    private static T Known<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Ok ok => ok.Value,
        Outcome<T>.Rejected no => throw new CommerceException(PaymentErrors.Refused(no.Code, no.Message)),
        _ => throw new CommerceException(PaymentErrors.InDoubt(AskAgain)),
    };
}
