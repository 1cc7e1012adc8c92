using Commerce.Carts;

namespace Commerce.Shipping;

/// <summary>What it costs to bring a parcel somewhere.</summary>
public interface IShippingProvider
{
    string Name { get; }

    /// <summary>The ways to ship to a destination, cheapest first; empty when it is not served. Prices follow the channel's tax rule.</summary>
    ValueTask<ImmutableArray<ShippingRate>> Rates(string channel, string currency, Destination destination, Money goods, CancellationToken cancellationToken);
}

/// <param name="Id"><c>standard</c>, <c>express</c>.</param>
/// <param name="TaxCategory">Which tax rates apply to the shipping itself.</param>
public sealed record ShippingRate(string Id, string Name, Money Price, string TaxCategory, int MinDays, int MaxDays);
