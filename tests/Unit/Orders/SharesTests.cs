using Commerce.Carts;
using Commerce.Payments;
using Commerce.Pricing;
using Commerce.Tests.Unit;

namespace Commerce.Orders;

/// <summary>Whatever way an order is charged or given back in parts, they add up to what was paid, line by line, tax by tax.</summary>
public sealed class SharesTests
{
    private static readonly Gen<Quote> Bought = Baskets.Any.Where(p => p.Known && !p.Basket.Lines.IsEmpty).Select(p => p.Quote());

    /// <summary>Who wants some of it back: which line (the last of all: the shipping), how much of what is left in thousandths, and whether the bank refuses.</summary>
    private static readonly Gen<(int Line, int Thousandths, bool Fails)[]> Wishes = Gen.Select(
        Gen.Int[0, 8], Gen.Int[0, 1000], Gen.Frequency((3, false), (1, true)), (line, thousandths, fails) => (line, thousandths, fails)).Array[0, 30];

    [Fact]
    public void Refunds_of_any_parts_in_any_order_add_up_to_what_was_paid() => Gen.Select(Bought, Wishes).Sample((quote, wishes) =>
    {
        var order = Bit(Paid(quote), TransactionKind.Refund, wishes);

        IsAll(quote, order.Made.Where(m => m.Kind is TransactionKind.Refund));
        Assert.True(Shares.ToRefund(order, quote.Totals.Total).Rest.IsEmpty);
    });

    [Fact]
    public void Captures_of_any_parts_in_any_order_add_up_to_what_is_owed() => Gen.Select(Bought, Wishes).Sample((quote, wishes) =>
        IsAll(quote, Bit(Placed(quote), TransactionKind.Capture, wishes).Made));

    [Fact]
    public void What_was_not_charged_is_not_given_back() => Gen.Select(Bought, Wishes, Wishes).Sample((quote, captures, refunds) =>
    {
        var charged = Bit(Placed(quote), TransactionKind.Capture, captures, andTheRest: false);
        var captured = new Money(charged.Made.Sum(m => m.Amount.Amount), quote.Currency);
        Assert.All(quote.Lines, line => Assert.Equal(
            charged.Charged(line.LineId).Count(), Shares.ToRefund(charged, captured).Rest.Lines.Where(s => s.LineId == line.LineId).Sum(s => s.Quantity)));

        var order = Bit(charged, TransactionKind.Refund, refunds);

        Assert.Equal(captured.Amount, order.Made.Where(m => m.Kind is TransactionKind.Refund).Sum(m => m.Amount.Amount));
    });

    [Fact]
    public void A_part_is_worth_what_it_is_of_the_whole_to_the_minor_unit() => Gen.Select(Bought, Gen.Int[0, 7], Gen.Int[0, 9_999], Gen.Int[1, 9_999]).Sample((quote, position, from, count) =>
    {
        var line = quote.Lines[position % quote.Lines.Length];
        from %= line.Quantity;
        count = 1 + (count % (line.Quantity - from));

        var worth = Sold.Line(quote, line).Pieces(new UnitRange(from, count));

        Near(line.Subtotal - line.Discount, quote.TaxInclusive ? worth.Total : worth.Net, 1);
        Near(line.Total, worth.Total, 2);
        Near(line.Taxable, worth.Net, 2);
        Assert.All(line.Taxes.Zip(worth.Taxes), each => Near(each.First.Amount, each.Second.Amount, 3));
        Assert.Equal(line.UnitPrice * count, worth.Price);

        void Near(Money all, Money part, int off) => Assert.InRange(part.Amount - ((decimal)all.Amount * count / line.Quantity), -off, off);
    });

    [Theory]
    [InlineData(1000, 3, 0, "333 334 333")]
    [InlineData(1000, 3, 100, "300 300 300")]
    [InlineData(1, 3, 0, "0 1 0")]
    [InlineData(999, 2, 999, "0 0")]
    public void A_unit_after_the_other_is_given_back(long subtotalOfLine, int quantity, long discount, string parts)
    {
        // Not every subtotal is a multiple of its quantity here: that is what discounts do to a line.
        var line = new QuoteLine
        {
            LineId = "a",
            Quantity = quantity,
            UnitPrice = Euro(subtotalOfLine),
            Subtotal = Euro(subtotalOfLine * quantity),
            Discount = Euro((subtotalOfLine * quantity) - subtotalOfLine + discount),
            Taxable = Euro(subtotalOfLine - discount),
            Total = Euro(subtotalOfLine - discount),
        };
        var sold = Sold.Line(new Quote { Currency = "EUR", TaxInclusive = true }, line);

        Assert.Equal(parts, string.Join(' ', Enumerable.Range(0, quantity).Select(i => sold.Pieces(new UnitRange(i, 1)).Total.Amount)));
    }

    [Fact]
    public void A_refused_refund_frees_its_units_and_no_others()
    {
        var order = Paid(Tea(3, 1000));
        order = Ask(order, "refund:1", Part(order, TransactionKind.Refund, "tea", 1));
        order = Ask(order, "refund:2", Part(order, TransactionKind.Refund, "tea", 1));
        order = order.Apply(new OrderMovementFailed("refund:1", "no", "No."), StateMachine.At).Apply(new OrderRefunded("refund:2", order.Pending[1].Amount), StateMachine.At);

        var rest = Part(order, TransactionKind.Refund, "tea", 2);

        Assert.Equal([(0, 1), (2, 1)], rest.Lines.Select(share => (share.From, share.Quantity)));
        Assert.Equal(1000, rest.Total("EUR").Amount + order.Made[^1].Amount.Amount);
        Assert.Equal("more-than-left", StateMachine.Refused(() => Part(order, TransactionKind.Refund, "tea", 3)).Code);
    }

    [Fact]
    public void A_plain_amount_belongs_to_no_line_and_an_answer_of_another_amount_neither()
    {
        var paid = Paid(Tea(2, 1000));
        var order = paid.Apply(new OrderRefundRequested("refund:1", Euro(300), null), StateMachine.At).Apply(new OrderRefunded("refund:1", Euro(300)), StateMachine.At);
        Assert.Null(order.Made[^1].Shares);
        Assert.Equal(2, Assert.Single(Shares.ToRefund(order, Euro(1000)).Rest.Lines).Quantity);

        order = Ask(paid, "refund:1", Part(paid, TransactionKind.Refund, "tea", 1)).Apply(new OrderRefunded("refund:1", Euro(499)), StateMachine.At);
        Assert.Null(order.Made[^1].Shares);
    }

    [Fact]
    public void Money_that_was_charged_as_a_plain_amount_may_be_any_lines()
    {
        var order = Placed(Tea(2, 1000)).Apply(new OrderCaptureRequested("capture:1", Euro(600)), StateMachine.At).Apply(new OrderCaptured("capture:1", Euro(600)), StateMachine.At);

        Assert.Equal(500, Part(order, TransactionKind.Refund, "tea", 1).Total("EUR").Amount);
    }

    [Fact]
    public void A_gift_and_a_unit_without_a_price_are_worth_nothing()
    {
        var quote = Tea(2, 1000);
        var gift = quote.Lines[0] with { LineId = "gift", Discount = Euro(1000), Taxable = Euro(0), Total = Euro(0), GiftOf = "summer" };
        var order = Paid(quote with { Lines = [.. quote.Lines, gift] });

        var share = Assert.Single(Part(order, TransactionKind.Refund, "gift", 1).Lines);

        Assert.Equal((Euro(500), Euro(500), Euro(0)), (share.Worth.Price, share.Worth.Discount, share.Worth.Total));
    }

    [Theory]
    [InlineData("JPY")]
    [InlineData("KWD")]
    public void A_currency_without_or_with_three_digits_is_shared_in_its_own_minor_units(string currency)
    {
        Money Of(long amount) => new(amount, currency);
        var quote = new Quote
        {
            Currency = currency,
            TaxInclusive = false,
            Lines = [new QuoteLine { LineId = "tea", Quantity = 3, UnitPrice = Of(100), Subtotal = Of(300), Discount = Of(100), Taxable = Of(200), Taxes = [new AppliedTax("JP", "消費税", 0.1m, Of(200), Of(20))], Total = Of(220) }],
            Totals = new Totals { Total = Of(220) },
        };
        var sold = Sold.Line(quote, quote.Lines[0]);

        Assert.Equal([(67, 7), (66, 6), (67, 7)], Enumerable.Range(0, 3).Select(i => sold.Pieces(new UnitRange(i, 1))).Select(w => (w.Net.Amount, w.Taxes[0].Amount.Amount)));
    }

    [Fact]
    public void An_unknown_line_and_shipping_that_cost_nothing_are_refused()
    {
        var order = Paid(Tea(2, 1000));

        Assert.Equal(("unknown-line", "/lines/1/lineId"), Wrong(new OrderParts([new PartOfLine("tea", 1), new PartOfLine("coffee", 1)])));
        Assert.Equal(("more-than-left", "/shipping"), Wrong(new OrderParts([], new PartOfShipping())));

        (string, string?) Wrong(OrderParts parts) => StateMachine.Refused(() => Shares.ToRefund(order, Euro(1000)).Of(parts)) is var error ? (error.Code, error.Pointer) : default;
    }

    /// <summary>Takes parts as they are wished for, then what is left.</summary>
    private static Order Bit(Order order, TransactionKind kind, (int Line, int Thousandths, bool Fails)[] wishes, bool andTheRest = true)
    {
        var number = 0;
        foreach (var (position, thousandths, fails) in wishes)
        {
            var open = Open(order, kind);
            var rest = open.Rest;
            var line = position < order.Quote.Lines.Length ? order.Quote.Lines[position].LineId : null;
            var left = line is null ? rest.Shipping.Sum(s => s.Worth.Total.Amount) : rest.Lines.Where(s => s.LineId == line).Sum(s => s.Quantity);
            var some = (left * thousandths / 1000) + (thousandths % 2);
            if (some > 0 && some <= left)
            {
                var parts = line is null
                    ? new OrderParts([], new PartOfShipping(new Money(some, order.Quote.Currency)))
                    : new OrderParts([new PartOfLine(line, (int)some)]);
                Take(open.Of(parts), fails);
            }
        }

        foreach (var pending in order.Pending)
        {
            order = order.Apply(new OrderMovementFailed(pending.OperationId, "no", "No."), StateMachine.At);
        }

        if (andTheRest && Open(order, kind).Rest is { IsEmpty: false } all)
        {
            Take(all, fails: false);
        }

        return order;

        // A movement that fails is answered after the next one was asked for.
        void Take(OrderShares shares, bool fails)
        {
            Assert.All(shares.Lines.Select(s => s.Worth).Concat(shares.Shipping.Select(s => s.Worth)), IsSound);
            var id = $"{kind}:{++number}";
            order = Ask(order, id, shares, kind);
            if (!fails)
            {
                foreach (var pending in order.Pending)
                {
                    order = order.Apply(pending.OperationId != id ? new OrderMovementFailed(pending.OperationId, "no", "No.") : Done(kind, id, pending.Amount), StateMachine.At);
                }
            }
        }
    }

    private static void IsSound(Worth worth)
    {
        Assert.All([worth.Price, worth.Discount, worth.Net, worth.Total, .. worth.Taxes.SelectMany(t => (Money[])[t.Amount, t.Taxable])], m => Assert.False(m.IsNegative));
        Assert.Equal(worth.Total.Amount, worth.Net.Amount + worth.Taxes.Sum(t => t.Amount.Amount));
    }

    private static void IsAll(Quote quote, IEnumerable<Movement> movements)
    {
        var shares = movements.Select(m => m.Shares!).ToArray();
        Assert.Equal(quote.Totals.Total.Amount, shares.Sum(s => s.Total(quote.Currency).Amount));
        foreach (var line in quote.Lines)
        {
            var worth = shares.SelectMany(s => s.Lines).Where(s => s.LineId == line.LineId).ToArray();
            Assert.Equal(line.Quantity, worth.Sum(s => s.Quantity));
            Same(line.Subtotal, line.Discount, line.Taxable, line.Taxes, line.Total, [.. worth.Select(s => s.Worth)]);
        }

        if (quote.Shipping is { Total.Amount: > 0 } carriage)
        {
            Same(carriage.Price, carriage.Discount ?? Euro(0), carriage.Taxable, carriage.Taxes, carriage.Total, [.. shares.SelectMany(s => s.Shipping).Select(s => s.Worth)]);
        }
    }

    private static void Same(Money price, Money discount, Money net, ImmutableArray<AppliedTax> taxes, Money total, Worth[] parts)
    {
        Assert.Equal(
            (price.Amount, discount.Amount, net.Amount, total.Amount),
            (parts.Sum(p => p.Price.Amount), parts.Sum(p => p.Discount.Amount), parts.Sum(p => p.Net.Amount), parts.Sum(p => p.Total.Amount)));
        for (var i = 0; i < taxes.Length; i++)
        {
            Assert.Equal((taxes[i].Amount.Amount, taxes[i].Taxable.Amount), (parts.Sum(p => p.Taxes[i].Amount.Amount), parts.Sum(p => p.Taxes[i].Taxable.Amount)));
        }
    }

    private static Shares Open(Order order, TransactionKind kind) => kind is TransactionKind.Capture
        ? Shares.ToCapture(order)
        : Shares.ToRefund(order, new Money(order.Made.Where(m => m.Kind is TransactionKind.Capture).Sum(m => m.Amount.Amount), order.Quote.Currency));

    private static OrderShares Part(Order order, TransactionKind kind, string line, int quantity) => Open(order, kind).Of(new OrderParts([new PartOfLine(line, quantity)]));

    private static Order Ask(Order order, string id, OrderShares shares, TransactionKind kind = TransactionKind.Refund)
    {
        var amount = shares.Total(order.Quote.Currency);
        return order.Apply(kind is TransactionKind.Capture ? new OrderCaptureRequested(id, amount, shares) : new OrderRefundRequested(id, amount, null, shares), StateMachine.At);
    }

    private static OrderEvent Done(TransactionKind kind, string id, Money amount) => kind is TransactionKind.Capture ? new OrderCaptured(id, amount) : new OrderRefunded(id, amount);

    private static Order Placed(Quote quote) =>
        Order.Initial.Apply(new OrderPlaced("chk_1", "cart_1", "guest_1", "con_1", new Destination("DE", null), "pay_1", quote), StateMachine.At);

    private static Order Paid(Quote quote)
    {
        var order = Placed(quote);
        return Ask(order, "capture:all", Shares.ToCapture(order).Rest, TransactionKind.Capture).Apply(new OrderCaptured("capture:all", quote.Totals.Total), StateMachine.At);
    }

    private static Quote Tea(int quantity, long total) => new()
    {
        Currency = "EUR",
        TaxInclusive = true,
        Lines = [new QuoteLine { LineId = "tea", Quantity = quantity, UnitPrice = Euro(500), Subtotal = Euro(500 * quantity), Discount = Euro((500 * quantity) - total), Taxable = Euro(total), Total = Euro(total) }],
        Totals = new Totals { Subtotal = Euro(500 * quantity), Discount = Euro((500 * quantity) - total), Shipping = Euro(0), Tax = Euro(0), IncludedTax = Euro(0), Total = Euro(total) },
    };

    private static Money Euro(long cents) => new(cents, "EUR");
}
