using Commerce.Access;
using Commerce.Drops;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Drops;

public sealed class PassTokenTests
{
    private const string Owner = "guest_ada";

    private static readonly string DropId = Identity.New(Identity.Drop);
    private static readonly PassTokens Tokens = new(new AdminKey("a-long-random-secret"));
    private static readonly string EntryId = Tokens.EntryId(DropId, 4711, Tokens.OwnerOf(DropId, Owner));

    [Fact]
    public void An_entry_id_tells_its_ticket_to_its_owner_only()
    {
        Assert.True(Identity.Is(EntryId, Identity.Entry));
        Assert.Equal(4711, Tokens.TicketOf(DropId, EntryId, Tokens.OwnerOf(DropId, Owner)));
        Assert.Null(Tokens.TicketOf(DropId, EntryId, Tokens.OwnerOf(DropId, "guest_bob")));
        Assert.Null(Tokens.TicketOf(Identity.New(Identity.Drop), EntryId, Tokens.OwnerOf(DropId, Owner)));
        Assert.Equal(4711, Tokens.TicketOf(DropId, EntryId, null));
    }

    [Fact]
    public void A_pass_names_drop_entry_units_and_expiry()
    {
        var pass = Tokens.Pass(DropId, EntryId, 2, At);

        Assert.Equal(new DropPass(DropId, 4711, 2, At), Tokens.Read(pass, Owner));
        Assert.Equal("pass-foreign", Refused(() => Tokens.Read(pass, "guest_bob")).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("...")]
    [InlineData("abc")]
    [InlineData("drp_x.ent_y.1.2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_this_shop_did_not_sign_is_no_pass(string text) => Assert.Equal("pass-invalid", Refused(() => Tokens.Read(text, Owner)).Code);

    [Fact]
    public void A_pass_that_was_changed_is_no_pass() =>
        Assert.Equal("pass-invalid", Refused(() => Tokens.Read(Tokens.Pass(DropId, EntryId, 2, At).Replace(".2.", ".9.", StringComparison.Ordinal), Owner)).Code);

    [Fact]
    public void An_id_reads_as_the_bytes_that_it_was_made_of() => Gen.Byte.Array[16].Sample(bytes =>
    {
        Span<byte> read = stackalloc byte[16];
        Assert.True(Identity.Decode(Identity.Encode(Identity.Entry, bytes), Identity.Entry, read));
        Assert.Equal(bytes, read.ToArray());
    });
}
