using Commerce.Orders;
using Commerce.Payments;

namespace Commerce.Tests.Cluster.Orders;

/// <summary>An order charged and given back by line, also when the bank refuses or is silent, and several ask at once.</summary>
public sealed class PartsTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task Line_by_line_everything_is_given_back_and_no_more()
    {
        var trial = await (await shop.Cart(quantity: 3)).Captured();
        var line = await Line(trial);

        var first = (await trial.Order.RefundParts(trial.As("r1"), Of(line, 2), "two were broken")).View;
        Assert.Equal((Euro(2598), "two were broken", true), (first.Refunds[0].Amount, first.Refunds[0].Reason, first.Refunds[0].Made));
        Assert.Equal((0, 2, Euro(2598), Euro(415)), Assert.Single(first.Refunds[0].Shares!.Lines) is var share ? (share.From, share.Quantity, share.Worth.Total, share.Worth.Taxes[0].Amount) : default);

        Assert.Equal("more-than-left", await Refused(() => trial.Order.RefundParts(trial.As("r2"), Of(line, 2), null)));
        await trial.Order.RefundParts(trial.As("r3"), new OrderParts([], new PartOfShipping(Euro(95))), null);
        var rest = (await trial.Order.Refund(trial.As("r4"), null, null)).View;

        Assert.Equal((1, Euro(400)), (Assert.Single(rest.Refunds[^1].Shares!.Lines).Quantity, Assert.Single(rest.Refunds[^1].Shares!.Shipping).Worth.Total));
        Assert.Equal((PaymentStatus.Refunded, trial.Total.Amount), (rest.Payment.Status, trial.Account.Refunded));
        Assert.Equal(rest.Quote.Totals.IncludedTax.Amount, rest.Refunds.SelectMany(r => r.Shares!.Lines.Select(s => s.Worth).Concat(r.Shares.Shipping.Select(s => s.Worth))).Sum(w => w.Taxes.Sum(t => t.Amount.Amount)));
        Assert.Equal("more-than-left", await Refused(() => trial.Order.RefundParts(trial.As("r5"), Of(line, 1), null)));
    }

    [Fact]
    public async Task A_shipment_of_some_units_charges_exactly_these_and_only_these_can_be_given_back()
    {
        var trial = await (await shop.Cart(quantity: 3)).Placed();
        var line = await Line(trial);

        var shipped = (await trial.Order.CaptureParts(trial.As("c1"), new OrderParts([new PartOfLine(line, 2)], new PartOfShipping()))).View;
        Assert.Equal(Euro(2598 + 495), shipped.Payment.Captured);
        Assert.Equal("more-than-left", await Refused(() => trial.Order.RefundParts(trial.As("r1"), Of(line, 3), null)));
        Assert.Equal("more-than-left", await Refused(() => trial.Order.CaptureParts(trial.As("c2"), Of(line, 2))));
        Assert.Equal("unknown-line", await Refused(() => trial.Order.CaptureParts(trial.As("c3"), Of("line_of_another", 1))));

        Assert.Equal(trial.Total, (await trial.Order.CaptureParts(trial.As("c4"), Of(line, 1))).View.Payment.Captured);
        Assert.Equal(Euro(3897), (await trial.Order.RefundParts(trial.As("r2"), Of(line, 3), null)).View.Payment.Refunded);
    }

    [Fact]
    public async Task A_plain_refund_limits_what_lines_may_still_give_back()
    {
        var trial = await (await shop.Cart(quantity: 2)).Captured();
        var line = await Line(trial);
        await trial.Order.Refund(trial.As("r1"), Euro(1000), "goodwill");

        Assert.Equal("more-than-left", await Refused(() => trial.Order.RefundParts(trial.As("r2"), new OrderParts([new PartOfLine(line, 2)], new PartOfShipping()), null)));
        Assert.Equal(Euro(2299), (await trial.Order.RefundParts(trial.As("r3"), Of(line, 1), null)).View.Payment.Refunded);
        Assert.Equal("more-than-left", await Refused(() => trial.Order.RefundParts(trial.As("r4"), Of(line, 1), null)));

        var all = (await trial.Order.Refund(trial.As("r5"), null, null)).View;
        Assert.Equal((trial.Total, null), (all.Payment.Refunded, all.Refunds[^1].Shares));
    }

    [Fact]
    public async Task Of_many_who_give_back_the_same_unit_one_does()
    {
        var trial = await (await shop.Cart(quantity: 2)).Captured();
        var line = await Line(trial);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await trial.Order.RefundParts(trial.As($"r{i}"), Of(line, 2), null);
                return "made";
            }
            catch (CommerceException refused)
            {
                return refused.Error.Code;
            }
        }));

        Assert.Equal(["made", .. Enumerable.Repeat("more-than-left", 7)], answers.Order());
        Assert.Equal((1, 2598L), (trial.Account.Effects["refund"], trial.Account.Refunded));
    }

    [Fact]
    public async Task A_refund_that_the_bank_refuses_frees_its_units()
    {
        var trial = await (await shop.Cart(quantity: 2)).Captured();
        var line = await Line(trial);
        trial.Account.Refuse("refund", "charge_disputed");
        Assert.Equal("payment-refused", await Refused(() => trial.Order.RefundParts(trial.As("r1"), Of(line, 2), null)));
        Assert.Empty((await trial.Order.Get(null))!.Refunds);

        trial.Account.Relent("refund");

        Assert.Equal(Euro(2598), (await trial.Order.RefundParts(trial.As("r2"), Of(line, 2), null)).View.Payment.Refunded);
        Assert.Equal("payment-refused", await Refused(() => trial.Order.RefundParts(trial.As("r1"), Of(line, 2), null)));
    }

    [Fact]
    public async Task Units_whose_refund_is_in_doubt_are_not_given_back_a_second_time()
    {
        var trial = await (await shop.Cart(quantity: 2)).Captured();
        var line = await Line(trial);
        trial.Account.Next("refund", Enumerable.Repeat(Fault.LostAnswer, 4).ToArray());
        Assert.Equal("payment-in-doubt", await Refused(() => trial.Order.RefundParts(trial.As("r1"), Of(line, 2), null)));
        await shop.Deactivate(trial.Order);

        Assert.Equal("more-than-left", await Refused(() => trial.Order.RefundParts(trial.As("r2"), Of(line, 1), null)));
        Assert.False(Assert.Single((await trial.Order.Get(null))!.Refunds).Made);

        trial.Account.Next("refund");
        await shop.Later(async () => (await trial.Order.Get(null))!.Refunds is [{ Made: true }], "the refund is made");
        Assert.Equal((1, 2598L), (trial.Account.Effects["refund"], trial.Account.Refunded));
    }

    private static async Task<string> Line(Trial trial) => (await trial.Order.Get(null))!.Quote.Lines[0].LineId;

    private static OrderParts Of(string line, int quantity) => new([new PartOfLine(line, quantity)]);

    private static async Task<string> Refused(Func<Task> act) => (await Assert.ThrowsAsync<CommerceException>(act)).Error.Code;

    private static Money Euro(long cents) => new(cents, "EUR");
}
