using System.Collections.Immutable;
using Commerce.Checkouts;
using Commerce.Pricing;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Cluster.Pricing;

/// <summary>A price that was shown holds for as long as it was promised, and one that does not hold any more is never charged unasked.</summary>
public sealed class HoldTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task A_price_that_was_shown_is_charged_although_the_list_has_changed_and_the_silo_forgot_the_cart()
    {
        var trial = await shop.Cart();
        var shown = (await trial.Cart.Get(null))!.Quote;
        await Reprice(trial, 1999);
        await shop.Deactivate(trial.Cart);

        Assert.Equal(shown.Id, (await trial.Cart.Get(null))!.Quote.Id);
        var bought = await trial.Checkout.Start(trial.As("start"), trial.Command with { QuoteId = shown.Id }, Trial.Wait);

        Assert.Equal((CheckoutStatus.Completed, trial.Total), (bought.View.Status, bought.View.Quote.Totals.Total));
    }

    [Fact]
    public async Task After_its_time_the_cart_shows_the_new_price_and_a_checkout_at_the_old_one_is_told_both()
    {
        var trial = await shop.Cart();
        var shown = (await trial.Cart.Get(null))!.Quote;
        await Reprice(trial, 1999);
        shop.Clock.Shift(TimeSpan.FromMinutes(16));

        var refused = await Assert.ThrowsAsync<CommerceException>(() => trial.Checkout.Start(trial.As("start"), trial.Command with { QuoteId = shown.Id }, Trial.Wait));

        Assert.Equal("price-changed", refused.Error.Code);
        Assert.Equal((shown.Id, 1299L), (refused.Error.Shown?.Id, refused.Error.Shown?.Lines[0].UnitPrice.Amount));
        Assert.Equal(1999, refused.Error.Quote!.Lines[0].UnitPrice.Amount);
        Assert.Contains(refused.Error.Changes, change => change == new QuoteChange(trial.Sku, "unit_price", "12.99 EUR", "19.99 EUR"));

        var now = (await trial.Cart.Get(null))!.Quote;
        Assert.Equal(refused.Error.Quote.Id, now.Id);
        var bought = await trial.Checkout.Start(trial.As("again"), trial.Command with { QuoteId = now.Id }, Trial.Wait);
        Assert.Equal((CheckoutStatus.Completed, 2 * 1999 + 495L), (bought.View.Status, bought.View.Quote.Totals.Total.Amount));
    }

    [Fact]
    public async Task A_price_that_was_renewed_without_changing_is_bought_at_the_quote_that_was_shown()
    {
        var trial = await shop.Cart();
        var shown = (await trial.Cart.Get(null))!.Quote;
        await Reprice(trial, 1299);
        shop.Clock.Shift(TimeSpan.FromMinutes(16));

        var now = (await trial.Cart.Get(null))!;
        Assert.Equal((shown.Totals.Total, true), (now.Quote.Totals.Total, now.Quote.ValidUntil > shown.ValidUntil));
        var bought = await trial.Checkout.Start(trial.As("start"), trial.Command with { QuoteId = shown.Id }, Trial.Wait);

        Assert.Equal(CheckoutStatus.Completed, bought.View.Status);
    }

    [Fact]
    public async Task A_scheduled_price_takes_effect_at_its_second()
    {
        var (early, late) = (await shop.Cart(), await shop.Cart());
        var at = shop.Clock.GetUtcNow().AddMinutes(30);
        await Publish(late, new ListedPrice(999, From: at));

        shop.Clock.Shift(TimeSpan.FromMinutes(29));
        Assert.Equal(1299, (await late.Cart.Get(null))!.Quote.Lines[0].UnitPrice.Amount);
        shop.Clock.Shift(TimeSpan.FromMinutes(16));
        Assert.Equal(999, (await late.Cart.Get(null))!.Quote.Lines[0].UnitPrice.Amount);
        Assert.Equal(1299, (await early.Cart.Get(null))!.Quote.Lines[0].UnitPrice.Amount);
    }

    [Fact]
    public async Task The_quote_of_an_order_is_found_by_its_id_and_comes_out_again_byte_for_byte()
    {
        var trial = await (await shop.Cart()).Placed();
        var quote = (await trial.Order.Get(null))!.Quote;
        await Shop.Until(async () => await shop.Grains.Pricing().Find(quote.Id) is not null, "the quote is found");

        Assert.Equal(QuoteVerdict.Same, (await shop.Grains.Pricing().Verify(quote.Id))!.Verdict);
        Assert.Null(await shop.Grains.Pricing().Verify("qt_" + new string('a', 26)));
    }

    private Task Reprice(Trial trial, long amount) => Publish(trial, new ListedPrice(amount));

    private async Task Publish(Trial trial, ListedPrice price)
    {
        await shop.Grains.PriceBook().ChangePrices(Request.System(), "eu-eur", Price(trial, price), null);
        await shop.Services.GetRequiredService<PriceBooks>().Follow();
    }

    private static ImmutableDictionary<string, ImmutableArray<ListedPrice>> Price(Trial trial, ListedPrice price) =>
        ImmutableDictionary<string, ImmutableArray<ListedPrice>>.Empty.Add(trial.Sku, [price]);
}
