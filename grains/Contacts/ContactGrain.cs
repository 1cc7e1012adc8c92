using Orleans.Placement;

namespace Commerce.Contacts;

/// <summary>What is kept of a person. Not history: it is overwritten, and erased when the person asks.</summary>
internal sealed class ContactState
{
    public Person? Person { get; set; }
    public Address? Address { get; set; }
    public bool Erased { get; set; }
}

/// <inheritdoc cref="IContactGrain"/>
[GrainType("contact"), PreferLocalPlacement, CollectionAgeLimit(Minutes = 1)]
internal sealed class ContactGrain([PersistentState("contact", ContactGrain.Storage)] IPersistentState<ContactState> contact, IErasure erasure) : Grain, IContactGrain
{
    /// <summary>Name of the AdoNet grain storage.</summary>
    public const string Storage = "settings";

    private string Id => this.GetPrimaryKeyString();

    public async Task SetPerson(Person person)
    {
        DemandNotErased();
        if (contact.State.Person != person)
        {
            contact.State.Person = person;
            await Write();
        }
    }

    public async Task SetAddress(Address address)
    {
        DemandNotErased();
        if (contact.State.Address != address)
        {
            contact.State.Address = address;
            await Write();
        }
    }

    public Task<ContactView> Get() => Task.FromResult(new ContactView(Id, contact.State.Person, contact.State.Address, contact.State.Erased));

    public async Task Erase()
    {
        if (!contact.State.Erased)
        {
            contact.State = new ContactState { Erased = true };
            await Write();
        }

        // Repeated with the call: a crash between the two leaves traces that the next erasure removes.
        await erasure.Scrub();
    }

    private void DemandNotErased()
    {
        if (contact.State.Erased)
        {
            throw new CommerceException(ContactErrors.Erased(Id));
        }
    }

    private async Task Write()
    {
        try
        {
            await contact.WriteStateAsync();
        }
        catch
        {
            // What is in memory is not what is stored: the next call starts from the store.
            DeactivateOnIdle();
            throw;
        }
    }
}
