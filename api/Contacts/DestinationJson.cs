using Commerce.Carts;

namespace Commerce.Contacts;

/// <summary>Where it goes. After an erasure only country and region are left.</summary>
internal sealed record DestinationJson(
    string? Name, string? Line1, string? Line2, string? City, string? Region, string? PostalCode, string Country)
{
    public static DestinationJson? Of(Destination? destination, ContactView? contact) =>
        destination is null ? null
        : contact?.Address is { } a && a.Country == destination.Country ? new(a.Name, a.Line1, a.Line2, a.City, a.Region, a.PostalCode, a.Country)
        : new(null, null, null, null, destination.Region, null, destination.Country);
}
