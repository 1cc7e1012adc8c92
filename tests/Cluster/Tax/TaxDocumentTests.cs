using Commerce.Orders;
using Commerce.Tax;

namespace Commerce.Tests.Cluster.Tax;

/// <summary>What a tax vendor is told of an order: exactly once, whatever gets lost on the way, and never nothing.</summary>
public sealed class TaxDocumentTests(Shop shop) : IClassFixture<Shop>, IAsyncLifetime
{
    /// <summary>Of two units of 12.99 and the shipping of 4.95: 20 % contained, each line rounded.</summary>
    private const long Due = 4_33 + 83;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        (shop.TaxOffice.Away, shop.TaxOffice.Stuck, shop.TaxOffice.Mute) = (false, false, false);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task An_order_is_booked_at_the_vendor_that_taxed_it()
    {
        var trial = await Placed(ShopFolder.Stopping);

        var told = await Comes(trial, t => t.Status is OrderTaxStatus.Committed);
        Assert.Equal((new Money(Due, "EUR"), new Money(Due, "EUR"), Money.Zero("EUR"), false), (told.Charged, told.Due, told.Difference, told.Estimated));
        Assert.Equal((told.Reference, 1), ($"ref-{trial.OrderId}", shop.TaxOffice.Calls(trial.OrderId)));
        Assert.DoesNotContain("commerce.tax.trued-up.v1", await trial.Events(TaxId(trial)));
    }

    [Fact]
    public async Task Nothing_is_told_of_an_order_that_the_tables_taxed()
    {
        var (tables, vendor) = (await (await shop.Cart()).Placed(), await Placed(ShopFolder.Stopping));
        await Comes(vendor, t => t.Status is OrderTaxStatus.Committed);

        Assert.Null(await shop.Grains.OrderTax(tables.OrderId).Get());
        Assert.Empty(await tables.Events(TaxId(tables)));
    }

    [Theory]
    [InlineData(Tampering.Fail)]
    [InlineData(Tampering.LoseAnswer)]
    internal async Task A_crash_after_the_vendor_booked_it_makes_no_second_document(Tampering what)
    {
        var trial = await shop.Cart(channel: ShopFolder.Stopping);
        var crashes = 0;
        using (shop.Journal.Tamper(commit => commit.Aggregate == TaxId(trial) && commit.Version == 2 && Interlocked.Increment(ref crashes) == 1 ? what : Tampering.None))
        {
            await trial.Placed();
            await shop.Later(async () => await shop.Grains.OrderTax(trial.OrderId).Get() is { Status: OrderTaxStatus.Committed }, "the sale is booked");
        }

        Assert.Equal((true, 2), (crashes > 0, shop.TaxOffice.Calls(trial.OrderId) + (what is Tampering.LoseAnswer ? 1 : 0)));
        Assert.Single(await trial.Events(TaxId(trial)), "commerce.tax.sale-booked.v1");
    }

    [Fact]
    public async Task An_answer_that_was_lost_is_asked_for_again_until_it_comes()
    {
        shop.TaxOffice.Mute = true;
        var trial = await Placed(ShopFolder.Stopping);
        Assert.Contains("nobody heard", (await Comes(trial, t => t.Failure is not null)).Failure!, StringComparison.Ordinal);
        shop.TaxOffice.Mute = false;

        await shop.Later(async () => await shop.Grains.OrderTax(trial.OrderId).Get() is { Status: OrderTaxStatus.Committed, Failure: null, NextAttempt: null }, "the sale is booked");
        Assert.True(shop.TaxOffice.Calls(trial.OrderId) > 1);
    }

    [Fact]
    public async Task What_is_told_twice_is_done_once()
    {
        var trial = await Placed(ShopFolder.Stopping);
        await Comes(trial, t => t.Status is OrderTaxStatus.Committed);
        var book = shop.Grains.GetGrain<IOrderTaxBook>(TaxId(trial));

        await book.Sell(trial.OrderId, ScriptedTaxProvider.ProviderName, new Money(1, "EUR"), estimated: true);
        await book.Cancel(Money.Zero("EUR"));
        await book.Cancel(Money.Zero("EUR"));
        await Comes(trial, t => t.Status is OrderTaxStatus.Voided);
        await book.Refund("late", new Money(1, "EUR"));

        Assert.Equal<string>(
            ["commerce.tax.sale-requested.v1", "commerce.tax.sale-booked.v1", "commerce.tax.void-requested.v1", "commerce.tax.voided.v1"],
            await trial.Events(TaxId(trial)));
    }

    [Fact]
    public async Task A_cancelled_order_is_voided_also_when_it_was_never_known_to_be_booked()
    {
        shop.TaxOffice.Mute = true;
        var trial = await Placed(ShopFolder.Stopping);
        await Comes(trial, t => t.Failure is not null);
        await trial.Order.Cancel(trial.As("cancel"), null);
        await Comes(trial, t => t.Status is OrderTaxStatus.Unwanted);
        shop.TaxOffice.Mute = false;

        await shop.Later(async () => await shop.Grains.OrderTax(trial.OrderId).Get() is { Status: OrderTaxStatus.Voided }, "the sale is void");
        Assert.Equal(TaxDocumentStatus.Voided, shop.TaxOffice.Document(trial.OrderId)!.Status);
    }

    [Fact]
    public async Task Refunds_take_the_taxes_back_and_all_of_them_take_back_all()
    {
        var trial = await shop.Cart(channel: ShopFolder.Stopping);
        await trial.Captured();
        await trial.Order.RefundParts(trial.As("one"), new OrderParts([new PartOfLine("line_1", 1)], null), null);
        await trial.Order.Refund(trial.As("rest"), null, null);

        var told = await Comes(trial, t => t.Refunds.Length == 2 && t.Refunds.All(r => r.Tax is not null));
        Assert.InRange(-told.Refunds.Sum(r => r.Tax!.Value.Amount), Due - 1, Due + 1);
        Assert.Equal(2, shop.TaxOffice.RefundsOf(trial.OrderId).Length);
    }

    [Fact]
    public async Task A_refund_whose_answer_was_lost_is_asked_for_again_and_booked_once()
    {
        var trial = await (await Placed(ShopFolder.Stopping)).Captured();
        await Comes(trial, t => t.Status is OrderTaxStatus.Committed);
        shop.TaxOffice.Mute = true;
        await trial.Order.Refund(trial.As("all"), null, null);
        await Comes(trial, t => t.Failure is not null);
        shop.TaxOffice.Mute = false;

        await shop.Later(async () => await shop.Grains.OrderTax(trial.OrderId).Get() is { Failure: null, Refunds: [{ Tax: not null }] }, "the refund is booked");
        Assert.Single(shop.TaxOffice.RefundsOf(trial.OrderId));
    }

    [Fact]
    public async Task While_the_vendor_is_away_the_tables_estimate_and_the_order_is_trued_up_when_it_is_back()
    {
        shop.TaxOffice.Away = true;
        var trial = await Placed(ShopFolder.Estimating);
        var order = (await trial.Order.Get(null))!;
        Assert.Equal(("rate-tables", true, 4_15 + 79L), (order.Quote.TaxedBy, order.Quote.TaxEstimated, order.Quote.Totals.IncludedTax.Amount));
        await Comes(trial, t => t.Failure is not null);
        shop.TaxOffice.Away = false;

        await shop.Later(async () => await shop.Grains.OrderTax(trial.OrderId).Get() is { Status: OrderTaxStatus.Committed }, "the order is trued up");
        var told = (await shop.Grains.OrderTax(trial.OrderId).Get())!;
        Assert.Equal((new Money(494, "EUR"), new Money(Due, "EUR"), new Money(Due - 494, "EUR"), true), (told.Charged, told.Due, told.Difference, told.Estimated));
        Assert.Single(await trial.Events(TaxId(trial)), "commerce.tax.trued-up.v1");
    }

    [Fact]
    public async Task A_channel_that_sells_no_estimates_shows_its_cart_and_stops_its_checkout()
    {
        shop.TaxOffice.Away = true;
        var trial = await shop.Cart(channel: ShopFolder.Stopping);
        var quote = (await trial.Cart.Get(null))!.Quote;
        Assert.Equal((true, false, 0L), (quote.TaxPending, quote.TaxKnown, quote.Totals.IncludedTax.Amount));

        var refused = await Assert.ThrowsAsync<CommerceException>(() => trial.Start());
        Assert.Equal((ErrorKind.Unavailable, true), (refused.Error.Kind, refused.Error.RetryAfter is not null));
        shop.TaxOffice.Away = false;
        shop.Clock.Shift(TimeSpan.FromSeconds(10));
        await Shop.Until(async () => (await trial.Cart.Get(null))!.Quote is { TaxKnown: true, TaxedBy: ScriptedTaxProvider.ProviderName }, "the taxes are known");

        await trial.Placed();
    }

    [Fact]
    public async Task A_vendor_that_is_stuck_makes_no_cart_slow_and_carts_that_hold_the_same_ask_once()
    {
        shop.TaxOffice.Stuck = true;
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var trial = await shop.Cart(channel: ShopFolder.Estimating);
        Assert.True((await trial.Cart.Get(null))!.Quote.TaxEstimated);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds, 1, 6);
        shop.TaxOffice.Stuck = false;

        var before = shop.TaxOffice.Quotes;
        var calm = await shop.Cart(channel: ShopFolder.Estimating);
        var asked = shop.TaxOffice.Quotes - before;
        await shop.Deactivate(calm.Cart);
        Assert.False((await calm.Cart.Get(null))!.Quote.TaxEstimated);
        Assert.Equal((asked, true), (shop.TaxOffice.Quotes - before, asked > 0));
    }

    private static string TaxId(Trial trial) => trial.OrderId.As(Identity.Tax);

    private async Task<Trial> Placed(string channel) => await (await shop.Cart(channel: channel)).Placed();

    private async Task<OrderTaxView> Comes(Trial trial, Func<OrderTaxView, bool> holds)
    {
        await Shop.Until(async () => await shop.Grains.OrderTax(trial.OrderId).Get() is { } told && holds(told), "the tax document follows");
        return (await shop.Grains.OrderTax(trial.OrderId).Get())!;
    }
}
