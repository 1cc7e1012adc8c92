using Commerce.Carts;
using Commerce.Contacts;

namespace Commerce.Tests.Cluster.Carts;

/// <summary>A cart that is filled in one step, for an express checkout.</summary>
public sealed class FillingTests(Shop shop) : IClassFixture<Shop>
{
    private static readonly Address Berlin = new("Ada", "Hauptstrasse 1", null, "Berlin", null, "10115", "DE");
    private static readonly Person Ada = new("ada@example.com");

    private readonly string id = Identity.New(Identity.Cart);

    private static Request Owner => new("guest_1", "k", "f");

    private ICartGrain Cart => shop.Grains.Cart(id);

    [Fact]
    public async Task It_is_one_commit_and_the_same_however_often_it_is_asked_for()
    {
        var command = await Command(Berlin, Ada);
        await Cart.Fill(Owner, command);
        await Cart.Fill(Owner, command);

        var cart = (await Cart.Get("guest_1"))!;
        Assert.Equal((1, true, "DE"), (cart.Version, cart.HasContact, cart.Destination!.Country));
        Assert.Equal(["commerce.cart.opened.v1", "commerce.cart.line-added.v1", "commerce.cart.contact-given.v1", "commerce.cart.destination-given.v1"], (await Events()).ToArray());
        Assert.Equal((Ada, Berlin), ((await shop.Grains.Contact(cart.ContactId).Get()).Person, (await shop.Grains.Contact(cart.ContactId).Get()).Address));
    }

    [Fact]
    public async Task What_an_older_version_began_step_by_step_is_brought_to_its_end()
    {
        var command = await Command(Berlin, Ada);
        await Cart.Create(Owner, command.Cart);

        await Cart.Fill(Owner, command);

        Assert.Equal((2, "DE"), ((await Cart.Get("guest_1"))!.Version, (await Cart.Get("guest_1"))!.Destination!.Country));
    }

    [Theory]
    [InlineData("unknown-sku", "/lines/1/sku")]
    [InlineData("destination-not-served", "/destination/country")]
    [InlineData("invalid-vat-id", "/contact/vatId")]
    [InlineData("unknown-shipping-method", "/shippingMethod")]
    public async Task What_it_refuses_points_into_what_was_sent_and_leaves_nothing(string code, string pointer)
    {
        var command = await Command(code == "destination-not-served" ? Berlin with { Country = "US" } : Berlin, code == "invalid-vat-id" ? Ada with { VatId = "XX1" } : Ada);
        command = code switch
        {
            "unknown-sku" => command with { Cart = command.Cart with { Lines = [command.Cart.Lines[0], new NewLine("NO-SUCH", 1)] } },
            "unknown-shipping-method" => command with { ShippingMethod = "by-balloon" },
            _ => command,
        };

        var refused = (await Assert.ThrowsAsync<CommerceException>(() => Cart.Fill(Owner, command))).Error;

        Assert.Equal((code, pointer), (refused.Code, refused.Pointer));
        Assert.Null(await Cart.Get("guest_1"));
    }

    private async Task<FillCart> Command(Address destination, Person contact) =>
        new(new CreateCart("guest_1", "eu", null, [new NewLine(await shop.Stocked(5), 1)]), contact, destination, null);

    private async Task<ImmutableArray<string>> Events() =>
    [
        .. from commit in await shop.Journal.ReadAggregate(id, 0, 10)
           from happened in Commerce.Journal.EventEnvelopes.Read(commit.Events)
           select happened.Type,
    ];
}
