using Commerce.Contacts;
using Commerce.Journal;
using Commerce.Orders;
using Commerce.Pricing;

namespace Commerce.Tax;

/// <summary>What the follower of the orders tells. Every method may be repeated.</summary>
[Alias("commerce.order-tax-book"), GrainInterfaceType("commerce.order-tax-book")]
internal interface IOrderTaxBook : IGrainWithStringKey
{
    /// <summary>The order was placed, and its taxes are to be booked.</summary>
    [Alias("sell")]
    Task Sell(string orderId, string provider, Money charged, bool estimated);

    /// <summary>The order was cancelled.</summary>
    [Alias("cancel")]
    Task Cancel(Money refunded);

    /// <summary>Money was given back.</summary>
    [Alias("refund")]
    Task Refund(string operationId, Money amount);
}

/// <inheritdoc cref="IOrderTaxGrain"/>
/// <remarks>What is asked for is stored, and the caller goes on. The wake-up tells the vendor, again and again until it knows that the vendor knows.</remarks>
[GrainType("order-tax"), CollectionAgeLimit(Minutes = 1)]
internal sealed class OrderTaxGrain(TaxDesk desk, IChannels channels, TaxMeters meters, ILogger<OrderTaxGrain> logger)
    : AggregateGrain<OrderTax, OrderTaxEvent>, IOrderTaxGrain, IOrderTaxBook
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromHours(1);

    public Task<OrderTaxView?> Get() => Task.FromResult(Durable is { Status: not OrderTaxStatus.None } told
        ? new OrderTaxView(
            told.OrderId, told.Provider, told.Status, told.Reference, told.Charged, told.Due, told.Due - told.Charged, told.Estimated,
            [.. told.Refunds.Select(r => new OrderTaxRefund(r.OperationId, r.Amount, r.Reference, r.Tax))], told.Failure, told.WakeAt)
        : null);

    public async Task Sell(string orderId, string provider, Money charged, bool estimated)
    {
        if (State.Status is OrderTaxStatus.None)
        {
            await Commit(new TaxSaleRequested(orderId, provider, charged, estimated));
        }
    }

    public async Task Cancel(Money refunded)
    {
        if (State.Status is not (OrderTaxStatus.Committing or OrderTaxStatus.Committed))
        {
            return;
        }

        if (State.Refunds.IsEmpty)
        {
            await Commit(new TaxVoidRequested());
        }
        else if (State.Refunds.All(r => r.OperationId != OrderTaxes.Rest))
        {
            // Parts are booked as given back already: what is left is given back too, rather than voided under them.
            await Commit(new TaxRefundRequested(OrderTaxes.Rest, refunded));
        }
    }

    public async Task Refund(string operationId, Money amount)
    {
        if (State.Status is OrderTaxStatus.Committing or OrderTaxStatus.Committed && State.Refunds.All(r => r.OperationId != operationId))
        {
            await Commit(new TaxRefundRequested(operationId, amount));
        }
    }

    public override async Task Wake()
    {
        while (State.WakeAt <= Now && await Step())
        {
        }
    }

    /// <summary>Tells the provider what is next. False: it did not work, and is tried again later.</summary>
    private async Task<bool> Step()
    {
        var order = await GrainFactory.Order(State.OrderId).Get(null) ?? throw new InvalidOperationException($"'{Id}' is of no order.");
        var contact = await GrainFactory.Contact(order.ContactId).Get();
        var sale = OrderTaxes.Sale(order, channels.All.GetValueOrDefault(order.Quote.Channel)?.SellerCountry);
        var provider = desk[State.Provider];

        switch (State)
        {
            case { Status: OrderTaxStatus.Committing or OrderTaxStatus.Unwanted }:
                var booking = new TaxSale(State.OrderId, sale, order.ContactId, contact.Address, contact.Person?.VatId, State.Charged);
                return await Tell("commit", await provider.Commit(booking, CancellationToken.None), Booked);

            case { Status: OrderTaxStatus.Voiding }:
                return await Tell("void", await provider.Void(State.OrderId, CancellationToken.None), static _ => [new TaxVoided()]);

            default:
                var refund = State.OpenRefund!;
                var returned = OrderTaxes.Return(order, sale, refund, [.. State.Refunds.TakeWhile(r => r != refund)]);
                var code = OrderTaxes.CodeOf(State.OrderId, refund.OperationId);
                var answer = returned.Items.IsEmpty
                    ? new Outcome<TaxDocument>.Ok(new TaxDocument(code, code, TaxDocumentStatus.None, Money.Zero(order.Quote.Currency)))
                    : await provider.Refund(new TaxReturn(code, State.OrderId, returned, order.ContactId, contact.Address), CancellationToken.None);
                return await Tell("refund", answer, document => [new TaxRefundBooked(refund.OperationId, document.Reference, document.Tax)]);
        }
    }

    private OrderTaxEvent[] Booked(TaxDocument document)
    {
        var booked = new TaxSaleBooked(document.Reference, document.Tax);

        return State.Status is OrderTaxStatus.Committing && (State.Estimated || document.Tax != State.Charged)
            ? [booked, new TaxTruedUp(State.Charged, document.Tax, document.Tax - State.Charged)]
            : [booked];
    }

    private async Task<bool> Tell(string step, Outcome<TaxDocument> outcome, Func<TaxDocument, OrderTaxEvent[]> done)
    {
        meters.Booked(State.Provider, step, outcome is Outcome<TaxDocument>.Ok ? "ok" : outcome is Outcome<TaxDocument>.Rejected ? "rejected" : "away");
        if (outcome is Outcome<TaxDocument>.Ok ok)
        {
            await Commit(done(ok.Value));
            return true;
        }

        var (why, asked) = outcome switch
        {
            Outcome<TaxDocument>.Rejected rejected => (rejected.Code, TimeSpan.Zero),
            Outcome<TaxDocument>.Unavailable away => ("unavailable", away.RetryAfter),
            Outcome<TaxDocument>.InDoubt doubt => (doubt.Why, TimeSpan.Zero),
            _ => ("unexpected", TimeSpan.Zero),
        };
        logger.NotTold(Id, step, why, State.Failures + 1);
        await Commit(new TaxAttemptFailed(step, why, Now + Pause(asked)));

        return false;
    }

    /// <summary>Doubles with each failure, and is never shorter than the provider asked for.</summary>
    private TimeSpan Pause(TimeSpan asked)
    {
        var pause = TimeSpan.FromTicks(FirstPause.Ticks << Math.Min(State.Failures, 10));
        pause = pause > LongestPause ? LongestPause : pause;

        return asked > pause ? asked : pause;
    }
}

internal static partial class OrderTaxLog
{
    [LoggerMessage(620, LogLevel.Warning, "{Document}: '{Step}' was not taken by the tax provider ({Why}), failure {Failures}; it is tried again")]
    public static partial void NotTold(this ILogger logger, string document, string step, string why, int failures);
}
