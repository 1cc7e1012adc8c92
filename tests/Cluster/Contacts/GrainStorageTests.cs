using System.Text;
using Commerce.Contacts;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Commerce.Tests.Cluster.Contacts;

/// <summary>Grain storage by AdoNet, with the statements of ours.</summary>
public sealed class GrainStorageTests(Shop shop) : IClassFixture<Shop>
{
    private static readonly Address Somewhere = new("Grace Hopper", "Navy Yard 1", null, "Berlin", null, "10117", "DE");

    private IGrainStorage Storage => shop.Services.GetRequiredKeyedService<IGrainStorage>(ContactGrain.Storage);

    [Theory]
    [InlineData("con_abc", "con_0abc")]
    [InlineData("con_00000000000000000000000001", "con_1")]
    [InlineData("con_ABC", "con_abc")]
    public async Task Two_keys_that_read_as_the_same_number_stay_apart(string one, string other)
    {
        await shop.Grains.Contact(one).SetPerson(new Person("one@example.com"));
        await shop.Grains.Contact(other).SetPerson(new Person("other@example.com"));
        await shop.Deactivate(shop.Grains.Contact(one));
        await shop.Deactivate(shop.Grains.Contact(other));

        Assert.Equal("one@example.com", (await shop.Grains.Contact(one).Get()).Person!.Email);
        Assert.Equal("other@example.com", (await shop.Grains.Contact(other).Get()).Person!.Email);
    }

    [Fact]
    public async Task What_is_given_bit_by_bit_adds_up_whoever_is_awake()
    {
        var contact = shop.Grains.Contact(Identity.New(Identity.Contact));
        await contact.SetPerson(new Person("grace@example.com"));
        await shop.Deactivate(contact);
        await contact.SetAddress(Somewhere);
        await shop.Deactivate(contact);
        await contact.Set(new Person("hopper@example.com"), null);

        Assert.Equal((new Person("hopper@example.com"), Somewhere), ((await contact.Get()).Person, (await contact.Get()).Address));
    }

    [Fact]
    public async Task One_that_was_erased_takes_nothing_from_who_does_not_know_it()
    {
        var contact = shop.Grains.Contact(Identity.New(Identity.Contact));
        await contact.Set(new Person("grace@example.com"), Somewhere);
        await contact.Erase();
        await shop.Deactivate(contact);

        Assert.Equal("contact-erased", (await Assert.ThrowsAsync<CommerceException>(() => contact.SetAddress(Somewhere))).Error.Code);
        Assert.Equal((null, null, true), ((await contact.Get()).Person, (await contact.Get()).Address, (await contact.Get()).Erased));
    }

    [Fact]
    public async Task Of_first_writes_at_once_one_wins()
    {
        var grain = NewGrain();
        var writes = Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await Storage.WriteStateAsync("contact", grain, Of($"{i}@example.com"));
                return $"{i}@example.com";
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        });

        var winner = Assert.Single((await Task.WhenAll(writes)).OfType<string>());

        var read = Of("");
        await Storage.ReadStateAsync("contact", grain, read);
        Assert.Equal(winner, read.State!.Person!.Email);
    }

    [Fact]
    public async Task A_write_on_what_somebody_has_changed_meanwhile_is_a_conflict()
    {
        var grain = NewGrain();
        var (mine, theirs) = (Of("mine@example.com"), Of(""));
        await Storage.WriteStateAsync("contact", grain, mine);
        await Storage.ReadStateAsync("contact", grain, theirs);

        theirs.State!.Person = new Person("theirs@example.com");
        await Storage.WriteStateAsync("contact", grain, theirs);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("contact", grain, mine));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync("contact", grain, mine));
        await Storage.ReadStateAsync("contact", grain, mine);
        Assert.Equal("theirs@example.com", mine.State!.Person!.Email);
        await Storage.ClearStateAsync("contact", grain, mine);
    }

    [Fact]
    public async Task States_of_another_name_do_not_share_a_row()
    {
        var grain = NewGrain();
        await Storage.WriteStateAsync("contact", grain, Of("contact@example.com"));
        await Storage.WriteStateAsync("other", grain, Of("other@example.com"));

        var read = Of("");
        await Storage.ReadStateAsync("contact", grain, read);
        Assert.Equal("contact@example.com", read.State!.Person!.Email);
    }

    [Fact]
    public async Task A_person_who_is_erased_leaves_no_trace_in_the_database()
    {
        const string Email = "erase.me.entirely@example.com";
        var contact = shop.Grains.Contact(Identity.New(Identity.Contact));
        await contact.SetPerson(new Person(Email, "Nobody Nowhere"));
        await contact.SetAddress(Somewhere with { Line1 = "Vanishing Lane 77" });
        Assert.True(IsKept(Email));

        await contact.Erase();
        await shop.Deactivate(contact);

        Assert.Equal((null, null, true), await View());
        Assert.Equal("contact-erased", (await Assert.ThrowsAsync<CommerceException>(() => contact.SetPerson(new Person(Email)))).Error.Code);
        Checkpoint();
        Assert.False(IsKept(Email));
        Assert.False(IsKept("Nobody Nowhere"));
        Assert.False(IsKept("Vanishing Lane 77"));

        async Task<(Person?, Address?, bool)> View() => await contact.Get() is var view ? (view.Person, view.Address, view.Erased) : default;
    }

    [Fact]
    public async Task Nothing_personal_is_in_the_journal()
    {
        var trial = await shop.Cart();
        await trial.Cart.SetContact(trial.As("contact"), new Person("not.in.the.journal@example.com", "Private Person"));
        await trial.Placed();

        Assert.False(IsInJournal("not.in.the.journal@example.com"));
        Assert.False(IsInJournal("Private Person"));
        Assert.False(IsInJournal("Unter den Linden"));
    }

    private static GrainId NewGrain() => GrainId.Create("contact", Identity.New(Identity.Contact));

    private static GrainState<ContactState> Of(string email) => new(new ContactState { Person = new Person(email) });

    private void Checkpoint()
    {
        if (!PostgresServer.IsWanted)
        {
            shop.Query<long>("pragma wal_checkpoint(truncate)", "storage.db");
        }
    }

    private bool IsKept(string text) => PostgresServer.IsWanted
        ? shop.Query<long>($"select count(*) from grain_states where convert_from(payload, 'UTF8') like '%{text}%'") > 0
        : IsInFiles(text, "storage.db*");

    private bool IsInJournal(string text) => PostgresServer.IsWanted
        ? shop.Query<long>($"select count(*) from commits where convert_from(events, 'UTF8') like '%{text}%'") + shop.Query<long>($"select count(*) from snapshots where convert_from(state, 'UTF8') like '%{text}%'") > 0
        : IsInFiles(text, "journal.db*");

    private bool IsInFiles(string text, string files) => Directory.GetFiles(Path.Combine(shop.Folder, "data"), files).Any(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    });
}
