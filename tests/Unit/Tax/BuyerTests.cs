using Commerce.Carts;
using Commerce.Journal;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tax;

/// <summary>What of a buyer decides taxes, and nothing else of it, is in a cart.</summary>
public sealed class BuyerTests
{
    private static readonly Cart Open = new Cart().Apply(new CartOpened("guest_1", "eu", "EUR"), At);

    [Fact]
    public void The_country_of_a_vat_id_counts_whether_it_is_given_before_the_destination_or_after()
    {
        var before = Open.Apply(new ContactGiven("FR"), At).Apply(new DestinationGiven(new Destination("FR", null)), At);
        var after = Open.Apply(new DestinationGiven(new Destination("FR", null)), At).Apply(new ContactGiven("FR"), At);

        Assert.Equal(("FR", "FR"), (before.Destination?.BusinessIn, after.Destination?.BusinessIn));
        Assert.Null(after.Apply(new ContactGiven(), At).Destination?.BusinessIn);
    }

    [Fact]
    public void A_contact_that_was_given_before_there_were_vat_ids_is_a_consumers() =>
        Assert.Equal(new ContactGiven(null), EventCodec<CartEvent>.Read("commerce.cart.contact-given.v1", "{}"u8.ToArray()));

    [Theory]
    [InlineData("94107-1234", "94107")]
    [InlineData("sw1a 1aa", "SW1A1")]
    [InlineData("100-0001", "10000")]
    [InlineData(" 10 115 ", "10115")]
    [InlineData("", null)]
    [InlineData("--", null)]
    [InlineData(null, null)]
    public void Of_a_postal_code_five_letters_are_kept(string? postalCode, string? area) => Assert.Equal(area, Destination.PostalAreaOf(postalCode));
}
