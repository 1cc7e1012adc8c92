using Commerce.Checkouts;
using Commerce.Payments;

namespace Commerce.Tests.Cluster.Payments;

/// <summary>A channel that is paid at once, through either of two banks.</summary>
public sealed class RoutingTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task A_channel_that_captures_at_once_has_the_money_with_the_order()
    {
        var trial = await (await shop.Cart(channel: ShopFolder.TwoBanks)).Placed();

        var payment = (await trial.Payment.Get())!;
        Assert.Equal(("scripted", PaymentStatus.Captured, trial.Total, trial.Total), (payment.Provider, payment.Status, payment.Authorised, payment.Captured));
        Assert.Equal(trial.Total.Amount, trial.Account.Captured);
        Assert.Equal(1, trial.Account.Effects["authorise"]);

        var refunded = await trial.Order.Refund(trial.As("refund"), null, null);
        Assert.Equal(trial.Total, refunded.View.Payment.Refunded);
    }

    [Fact]
    public async Task A_shopper_whose_bank_is_away_pays_at_the_next_and_stays_there()
    {
        var trial = await shop.Cart(channel: ShopFolder.TwoBanks);
        shop.Bank[trial.PaymentId].Next("authorise", Fault.Unavailable);

        await trial.Placed();

        var payment = (await trial.Payment.Get())!;
        Assert.Equal(("other", PaymentStatus.Captured), (payment.Provider, payment.Status));
        Assert.False(shop.Bank[trial.PaymentId].IsKnown);
        await trial.Order.Refund(trial.As("refund"), null, null);
        Assert.Equal((0, trial.Total.Amount), (shop.Bank[trial.PaymentId].Refunded, shop.OtherBank[trial.PaymentId].Refunded));
    }

    [Fact]
    public async Task A_lost_answer_never_leads_to_the_next_bank()
    {
        var trial = await shop.Cart(channel: ShopFolder.TwoBanks);
        trial.Account.Next("authorise", Fault.LostAnswer);

        await trial.Start(TimeSpan.FromMilliseconds(200));
        await shop.Later(async () => await trial.Status() is CheckoutStatus.Completed, "it is asked again");

        Assert.Equal((1, false), (trial.Account.Effects["authorise"], shop.OtherBank[trial.PaymentId].IsKnown));
    }

    [Fact]
    public async Task Money_that_was_taken_at_once_goes_back_when_the_purchase_is_called_off()
    {
        var trial = await shop.Cart(channel: ShopFolder.TwoBanks);
        trial.Account.Next("authorise", Fault.LostAnswer);
        await trial.Start(TimeSpan.FromMilliseconds(200));

        await trial.Checkout.Cancel(trial.As("cancel"), TimeSpan.Zero);
        await shop.Later(async () => await trial.Status() is CheckoutStatus.Cancelled, "it is called off");

        Assert.Equal((trial.Total.Amount, trial.Total.Amount), (trial.Account.Captured, trial.Account.Refunded));
        Assert.Equal((10, 0, 0), await trial.Units());
    }

    [Fact]
    public async Task A_storefront_sends_a_token_for_each_bank_and_a_named_bank_outweighs_the_rules()
    {
        var trial = await shop.Cart(channel: ShopFolder.TwoBanks);
        var methods = ImmutableDictionary<string, string>.Empty.Add("other", "card");

        var view = (await trial.Checkout.Start(trial.As("start"), trial.Command with { Method = "", Methods = methods }, Trial.Wait)).View;

        Assert.Equal(CheckoutStatus.Completed, view.Status);
        Assert.Equal("other", (await trial.Payment.Get())!.Provider);
        var named = await shop.Cart(channel: ShopFolder.TwoBanks);
        await named.Checkout.Start(named.As("start"), named.Command with { Provider = "other" }, Trial.Wait);
        Assert.Equal("other", (await named.Payment.Get())!.Provider);
    }

    [Fact]
    public async Task A_token_for_nobody_who_takes_the_payment_is_refused_before_anything_is_stored()
    {
        var trial = await shop.Cart(channel: ShopFolder.TwoBanks);
        var methods = ImmutableDictionary<string, string>.Empty.Add("elsewhere", "card");

        var refused = await Assert.ThrowsAsync<CommerceException>(() => trial.Checkout.Start(trial.As("start"), trial.Command with { Method = "", Methods = methods }, Trial.Wait));

        Assert.Equal("payment-method-missing", refused.Error.Code);
        Assert.Equal(CheckoutStatus.None, await trial.Status());
    }

    [Fact]
    public async Task The_options_of_a_cart_are_the_banks_in_their_order()
    {
        var offers = await shop.Grains.PaymentOptions().For(ShopFolder.TwoBanks, new Money(1_000, "EUR"), "DE", "cart_1");

        Assert.Equal(["scripted", "other"], offers.Select(offer => offer.Provider));
        Assert.All(offers, offer => Assert.True(offer.CapturesAtOnce));
    }
}
