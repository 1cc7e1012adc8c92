using System.Text.Json.Serialization;

namespace Commerce.Tax;

/// <summary>What a tax vendor was told of one order: booked, voided, given back in parts. There is none for an order that the rate tables taxed.</summary>
/// <remarks>Keyed by <c>tax_…</c>, which shares its suffix with the order. It follows the order's events by itself; nobody waits for it.</remarks>
[Alias("commerce.order-tax"), GrainInterfaceType("commerce.order-tax")]
public interface IOrderTaxGrain : IGrainWithStringKey
{
    /// <summary>How it stands; <see langword="null"/> when nothing is told of the order.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<OrderTaxView?> Get();
}

/// <param name="Reference">The vendor's id of the sale; null until it is booked.</param>
/// <param name="Charged">The taxes that the order charged.</param>
/// <param name="Due">What the vendor says is due; null until it is booked.</param>
/// <param name="Difference">Due less charged; null until it is booked.</param>
/// <param name="Estimated">Whether the rate tables had stood in for the vendor.</param>
/// <param name="Failure">Why the last attempt did not succeed; null: it did, or there was none.</param>
/// <param name="NextAttempt">UTC; null: nothing is left to do.</param>
[GenerateSerializer, Immutable, Alias("commerce.order-tax.view")]
public sealed record OrderTaxView(
    [property: Id(0)] string OrderId,
    [property: Id(1)] string? Provider,
    [property: Id(2)] OrderTaxStatus Status,
    [property: Id(3)] string? Reference,
    [property: Id(4)] Money Charged,
    [property: Id(5)] Money? Due,
    [property: Id(6)] Money? Difference,
    [property: Id(7)] bool Estimated,
    [property: Id(8)] ImmutableArray<OrderTaxRefund> Refunds,
    [property: Id(9)] string? Failure,
    [property: Id(10)] DateTimeOffset? NextAttempt);

/// <param name="Amount">What was given back, taxes included.</param>
/// <param name="Tax">What the vendor says of it was tax, negative; null until it is booked.</param>
[GenerateSerializer, Immutable, Alias("commerce.order-tax.refund")]
public sealed record OrderTaxRefund(
    [property: Id(0)] string OperationId, [property: Id(1)] Money Amount, [property: Id(2)] string? Reference, [property: Id(3)] Money? Tax);

[GenerateSerializer, Alias("commerce.order-tax.status"), JsonConverter(typeof(JsonStringEnumConverter<OrderTaxStatus>))]
public enum OrderTaxStatus
{
    /// <summary>Nothing is told to anybody.</summary>
    [JsonStringEnumMemberName("none")] None = 0,
    [JsonStringEnumMemberName("committing")] Committing = 1,
    [JsonStringEnumMemberName("committed")] Committed = 2,

    /// <summary>The order was cancelled before the sale was known to be booked: it is booked, if it was not, and voided then.</summary>
    [JsonStringEnumMemberName("unwanted")] Unwanted = 3,
    [JsonStringEnumMemberName("voiding")] Voiding = 4,
    [JsonStringEnumMemberName("voided")] Voided = 5,
}

public static class OrderTaxGrains
{
    extension(IGrainFactory grains)
    {
        /// <summary>The tax document of an order, whether or not there is one.</summary>
        public IOrderTaxGrain OrderTax(string orderId) => grains.GetGrain<IOrderTaxGrain>(orderId.As(Identity.Tax));
    }
}
