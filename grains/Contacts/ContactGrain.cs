using Microsoft.Extensions.DependencyInjection;
using Orleans.Placement;
using Orleans.Storage;

namespace Commerce.Contacts;

/// <summary>What is kept of a person. Not history: it is overwritten, and erased when the person asks.</summary>
internal sealed class ContactState
{
    public Person? Person { get; set; }
    public Address? Address { get; set; }
    public bool Erased { get; set; }
}

/// <inheritdoc cref="IContactGrain"/>
/// <remarks>
/// Most contacts are new, written once, and looked at long after: so the storage is not read before it has to be. A first write that meets something there is refused by the
/// storage; only then is it read.
/// </remarks>
[GrainType("contact"), PreferLocalPlacement, CollectionAgeLimit(Minutes = 1)]
internal sealed class ContactGrain([FromKeyedServices(ContactGrain.Storage)] IGrainStorage storage, IErasure erasure) : Grain, IContactGrain
{
    /// <summary>Name of the AdoNet grain storage.</summary>
    public const string Storage = "settings";

    /// <summary>Name of the state in it.</summary>
    private const string Name = "contact";

    private GrainState<ContactState> contact = new(new ContactState());

    /// <summary>What is in memory is what is stored.</summary>
    private bool isKnown;

    private string Id => this.GetPrimaryKeyString();

    public Task SetPerson(Person person) => Set(person, null);

    public Task SetAddress(Address address) => Set(null, address);

    public async Task Set(Person? person, Address? address)
    {
        if (!isKnown && await WriteFirst(person, address))
        {
            return;
        }

        var known = await Known();
        if (known.Erased)
        {
            throw new CommerceException(ContactErrors.Erased(Id));
        }

        (person, address) = (person ?? known.Person, address ?? known.Address);
        if (known.Person != person || known.Address != address)
        {
            (known.Person, known.Address) = (person, address);
            await Write();
        }
    }

    public async Task<ContactView> Get()
    {
        var known = await Known();
        return new ContactView(Id, known.Person, known.Address, known.Erased);
    }

    public async Task Erase()
    {
        if (!(await Known()).Erased)
        {
            contact.State = new ContactState { Erased = true };
            await Write();
        }

        // Repeated with the call: a crash between the two leaves traces that the next erasure removes.
        await erasure.Scrub();
    }

    /// <summary>False: something is stored already, and was left as it is.</summary>
    private async Task<bool> WriteFirst(Person? person, Address? address)
    {
        contact = new GrainState<ContactState>(new ContactState { Person = person, Address = address });
        try
        {
            await Write();
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }

    private async ValueTask<ContactState> Known()
    {
        if (!isKnown)
        {
            contact = new GrainState<ContactState>(new ContactState());
            await storage.ReadStateAsync(Name, this.GetGrainId(), contact);
            isKnown = true;
        }

        return contact.State ??= new ContactState();
    }

    private async Task Write()
    {
        // Until it is known to be stored, what is in memory is not: after a failure the storage is read again.
        isKnown = false;
        await storage.WriteStateAsync(Name, this.GetGrainId(), contact);
        isKnown = true;
    }
}
