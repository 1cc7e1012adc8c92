namespace Commerce.Contacts;

/// <summary>Who a parcel goes to and where: the only place that keeps personal data, so that it can be erased. Events carry its id, never its content.</summary>
/// <remarks>Keyed by <c>con_…</c>, which shares its suffix with the cart that it was given to. Every method may be repeated.</remarks>
[Alias("commerce.contact"), GrainInterfaceType("commerce.contact")]
public interface IContactGrain : IGrainWithStringKey
{
    [Alias("set-person")]
    Task SetPerson(Person person);

    [Alias("set-address")]
    Task SetAddress(Address address);

    /// <summary>Both at once. A null leaves what is known.</summary>
    [Alias("set")]
    Task Set(Person? person, Address? address);

    /// <summary>What is known; null fields for what was never given. After an erasure only <see cref="ContactView.Erased"/> is set.</summary>
    [Alias("get")]
    Task<ContactView> Get();

    /// <summary>Removes every trace of the person for good; later writes are refused as <c>contact-erased</c>.</summary>
    [Alias("erase")]
    Task Erase();
}

/// <param name="VatId">Of a business, of valid form; null for a consumer.</param>
[GenerateSerializer, Immutable, Alias("commerce.contact.person")]
public sealed record Person(
    [property: Id(0)] string Email,
    [property: Id(1)] string? Name = null,
    [property: Id(2)] string? Phone = null,
    [property: Id(3)] string? VatId = null);

/// <param name="Country">ISO 3166-1 alpha-2, capital letters.</param>
/// <param name="Region">State or province where taxes or post need it: <c>CA</c>.</param>
[GenerateSerializer, Immutable, Alias("commerce.contact.address")]
public sealed record Address(
    [property: Id(0)] string Name,
    [property: Id(1)] string Line1,
    [property: Id(2)] string? Line2,
    [property: Id(3)] string City,
    [property: Id(4)] string? Region,
    [property: Id(5)] string PostalCode,
    [property: Id(6)] string Country);

[GenerateSerializer, Immutable, Alias("commerce.contact.view")]
public sealed record ContactView(
    [property: Id(0)] string Id,
    [property: Id(1)] Person? Person,
    [property: Id(2)] Address? Address,
    [property: Id(3)] bool Erased);

public static class ContactErrors
{
    public static CommerceError Erased(string id) => new(
        "contact-erased", ErrorKind.Conflict, $"'{id}' was erased at the person's request and takes no new data. Start a new cart.");
}

public static class ContactGrains
{
    extension(IGrainFactory grains)
    {
        /// <summary>The contact of that id, whether or not anything is known of it.</summary>
        public IContactGrain Contact(string id) => grains.GetGrain<IContactGrain>(id);
    }
}
