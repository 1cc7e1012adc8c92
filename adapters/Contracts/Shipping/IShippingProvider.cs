using Commerce.Carts;
using Commerce.Pricing;

namespace Commerce.Shipping;

/// <summary>What it costs to bring a parcel somewhere.</summary>
public interface IShippingProvider
{
    string Name { get; }

    /// <summary>The ways to ship to a destination, the cheapest (for goods that cost nothing) first; empty when it is not served. Prices follow the channel's tax rule.</summary>
    ValueTask<ImmutableArray<ShippingRate>> Rates(ShippingRequest request, CancellationToken cancellationToken);
}

/// <param name="Grams">What the goods weigh together.</param>
/// <param name="At">UTC: when it would be ordered, for the delivery promise.</param>
public sealed record ShippingRequest(string Channel, string Currency, Destination Destination, long Grams, DateTimeOffset At);

/// <param name="Id"><c>standard</c>, <c>express</c>.</param>
/// <param name="Steps">What it costs by what the goods cost before discounts: from 0, ascending. The last that is reached counts; a price of 0 is free.</param>
/// <param name="TaxCategory">Which tax rates apply to the shipping itself.</param>
/// <param name="MinDays">Working days from the order to the door, at best.</param>
/// <param name="MaxDays">Working days, at worst.</param>
/// <param name="Earliest">The first day on which it may arrive, as a date of the destination; null: not promised.</param>
/// <param name="Latest">The day by which it arrives.</param>
public sealed record ShippingRate(
    string Id,
    string Name,
    string Currency,
    ImmutableArray<ShippingStep> Steps,
    string TaxCategory,
    int MinDays,
    int MaxDays,
    DateOnly? Earliest = null,
    DateOnly? Latest = null)
{
    /// <summary>What it costs for goods that cost so much before discounts.</summary>
    public Money PriceFor(Money goods)
    {
        var price = Steps[0].Price;
        foreach (var step in Steps)
        {
            price = goods.Amount >= step.From ? step.Price : price;
        }

        return new Money(price, Currency);
    }
}
