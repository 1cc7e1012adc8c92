using System.Reflection;
using System.Text.Json.Serialization;
using Commerce.Allotments;
using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Drops;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Orders;
using Commerce.Payments;
using Commerce.Reconciliations;
using Commerce.Tax;

namespace Commerce.Events;

/// <summary>The double-entry book and the state machines.</summary>
internal sealed partial class Export
{
    /// <summary>The state before the first event.</summary>
    private const string Nothing = "none";

    /// <summary>
    /// A book of the money: what an order owes when it is placed, what came in and what went back, and what a refund whose parts are known takes back
    /// of the sale. Each transaction sums to zero.
    /// </summary>
    private async IAsyncEnumerable<Line> Ledger()
    {
        await foreach (var id in Ids(Identity.Order))
        {
            OrderPlaced? order = null;
            var asked = new Dictionary<string, OrderShares>(StringComparer.Ordinal);
            var takenBack = new List<(string Account, long Amount)>();
            var reversed = new HashSet<string>(StringComparer.Ordinal);
            var times = 0;
            await foreach (var (happened, at) in History<OrderEvent>(id))
            {
                switch (happened)
                {
                    case OrderPlaced e:
                        order = e;
                        foreach (var line in Entries(id, "placed", at, e.Quote.Currency, Sale(e, 1)))
                        {
                            yield return line;
                        }

                        break;
                    case OrderRefundRequested { Shares: { } shares } e:
                        asked[e.OperationId] = shares;
                        break;
                    case OrderRefunded e when asked.TryGetValue(e.OperationId, out var shares) && shares.Total(e.Amount.Currency) == e.Amount && !e.Amount.IsZero:
                        var part = Part(shares);
                        takenBack.AddRange(part);
                        times++;
                        foreach (var line in Entries(id, reversed.Contains(e.OperationId) ? $"taken-back:{times}:{e.OperationId}" : $"taken-back:{e.OperationId}", at, e.Amount.Currency, part))
                        {
                            yield return line;
                        }

                        break;
                    case OrderMovementReversed e when asked.TryGetValue(e.OperationId, out var shares) && shares.Total(e.Amount.Currency) == e.Amount && !e.Amount.IsZero:
                        // The refund came back: the sale stands again.
                        (string Account, long Amount)[] undone = [.. Part(shares).Select(entry => (entry.Account, -entry.Amount))];
                        takenBack.AddRange(undone);
                        reversed.Add(e.OperationId);
                        foreach (var line in Entries(id, $"not-taken-back:{e.ReversalId}", at, e.Amount.Currency, undone))
                        {
                            yield return line;
                        }

                        break;
                    case OrderCancelled:
                        // What is left of the sale is taken back. What had been paid by then went back through refunds of its own.
                        (string Account, long Amount)[] rest = [.. Sale(order!, -1), .. takenBack.GroupBy(e => e.Account).Select(e => (e.Key, -e.Sum(each => each.Amount)))];
                        foreach (var line in Entries(id, "cancelled", at, order!.Quote.Currency, rest))
                        {
                            yield return line;
                        }

                        break;
                    default:
                        break;
                }
            }

            if (order is null)
            {
                continue;
            }

            var state = Payment.Initial;
            var step = 0;
            await foreach (var (happened, at) in History<PaymentEvent>(order.PaymentId))
            {
                var before = state;
                (state, step) = (state.Apply(happened, at), step + 1);
                foreach (var (kind, account, moved) in Moved(before, state))
                {
                    // What is told twice about one movement (done, failed, done after all) is booked each time.
                    var again = kind is "captured" or "refunded" && !IsTakenBack(happened) && before.Find(happened.OperationId)?.Status is not TransactionStatus.Failed ? "" : $":{step}";
                    foreach (var line in Entries(id, $"{kind}:{happened.OperationId}{again}", at, order.Quote.Currency, [($"psp_cash:{state.Provider}", moved), (account, -moved)]))
                    {
                        yield return line;
                    }
                }
            }
        }
    }

    /// <summary>What an event did to the cash at the provider, by the account that it came from or went to. What is taken back goes back to where it came from.</summary>
    private static IEnumerable<(string Kind, string Account, long Amount)> Moved(Payment before, Payment after)
    {
        (string, string, long)[] moved =
        [
            ("captured", "receivable", after.Captured.Amount - before.Captured.Amount),
            ("refunded", "refunds", before.Refunded.Amount - after.Refunded.Amount),
            ("charged-back", "charge_backs", before.ChargedBack.Amount - after.ChargedBack.Amount),
        ];
        return moved.Where(static each => each.Item3 != 0);
    }

    private static bool IsTakenBack(PaymentEvent happened) => happened is Reversed or ReversalWithdrawn or TransactionFailed;

    private static (string Account, long Amount)[] Sale(OrderPlaced order, int sign)
    {
        var totals = order.Quote.Totals;
        var tax = totals.Tax.Amount + totals.IncludedTax.Amount;
        var shippingTax = totals.IncludedTax.IsZero ? 0 : order.Quote.Shipping?.Taxes.Sum(t => t.Amount.Amount) ?? 0;
        var shipping = totals.Shipping.Amount - shippingTax;
        return
        [
            ("receivable", sign * totals.Total.Amount),
            ("revenue", -sign * (totals.Total.Amount - tax - shipping)),
            ("shipping", -sign * shipping),
            ("tax", -sign * tax),
        ];
    }

    /// <summary>What a refund takes back of the sale, account by account, instead of standing as a refund of nobody knows what.</summary>
    private static (string Account, long Amount)[] Part(OrderShares shares)
    {
        var revenue = shares.Lines.Sum(share => share.Worth.Net.Amount);
        var shipping = shares.Shipping.Sum(share => share.Worth.Net.Amount);
        var total = shares.Lines.Sum(share => share.Worth.Total.Amount) + shares.Shipping.Sum(share => share.Worth.Total.Amount);
        return [("refunds", -total), ("revenue", revenue), ("shipping", shipping), ("tax", total - revenue - shipping)];
    }

    private static IEnumerable<Line> Entries(string orderId, string step, DateTimeOffset at, string currency, (string Account, long Amount)[] entries)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            var (account, amount) = entries[i];
            var number = i + 1;
            yield return json =>
            {
                json.WriteString("entry_id", $"{orderId}:{step}:{number}");
                json.WriteString("txn_id", $"{orderId}:{step}");
                json.WriteString("account", account);
                json.WriteString("currency", currency);
                json.WriteNumber("amount", amount);
                json.WriteString("order_id", orderId);
                json.WriteString("at", at);
            };
        }
    }

    private async IAsyncEnumerable<Line> Transitions()
    {
        await foreach (var line in Moves<Cart, CartEvent>(Identity.Cart, state => Words(state.Status)))
        {
            yield return line;
        }

        await foreach (var line in Moves<Checkout, CheckoutEvent>(Identity.Checkout, state => Words(state.Status)))
        {
            yield return line;
        }

        await foreach (var line in Moves<Order, OrderEvent>(Identity.Order, state => Words(state.Status)))
        {
            yield return line;
        }
    }

    private async IAsyncEnumerable<Line> Moves<TState, TEvent>(string prefix, Func<TState, string> status)
        where TState : class, IAggregateState<TState, TEvent>
        where TEvent : class
    {
        await foreach (var id in Ids(prefix))
        {
            var state = TState.Initial;
            var sequence = 0;
            await foreach (var (happened, at) in History<TEvent>(id))
            {
                var (from, number) = (status(state), ++sequence);
                state = state.Apply(happened, at);
                var to = status(state);
                yield return json =>
                {
                    json.WriteString("stream", id);
                    json.WriteNumber("seq", number);
                    json.WriteString("from_state", from);
                    json.WriteString("to_state", to);
                    json.WriteString("event", EventCodec<TEvent>.NameOf(happened));
                    json.WriteString("at", at);
                };
            }
        }
    }

    /// <summary>The tables of the state machines, as rows. What a transaction or a reservation comes from is <c>none</c>, too.</summary>
    public static IEnumerable<(string Kind, string From, string Event, string To)> Machines() =>
    [
        .. Table<CartStatus, CartEvent>("cart", (from, happened) => Cart.Next(from ?? CartStatus.None, happened)),
        .. Table<CheckoutStatus, CheckoutEvent>("checkout", (from, happened) => Checkout.Next(from ?? CheckoutStatus.None, happened)),
        .. Table<OrderStatus, OrderEvent>("order", (from, happened) => Order.Next(from ?? OrderStatus.None, happened)),
        .. Table<TransactionStatus, PaymentEvent>("transaction", Payment.Next),
        .. Table<ReservationStatus, StockEvent>("reservation", StockItem.Next),
        .. Table<TakeStatus, AllotmentEvent>("take", Allotment.Next),
        .. Table<InboundWebhookStatus, WebhookEvent>("webhook", Webhook.Next),
        .. Table<OrderTaxStatus, OrderTaxEvent>("tax", (from, happened) => OrderTax.Next(from ?? OrderTaxStatus.None, happened)),
        .. Table<ReconciliationStatus, ReconciliationEvent>("reconciliation", (from, happened) => Reconciliation.Next(from ?? ReconciliationStatus.None, happened)),
        .. Table<DropStatus, DropEvent>("drop", (from, happened) => Drop.Next(from ?? DropStatus.None, happened)),
        .. Table<PassStatus, DropEvent>("pass", Drop.NextPass),
    ];

    private static IEnumerable<(string Kind, string From, string Event, string To)> Table<TStatus, TEvent>(string kind, Func<TStatus?, Type, TStatus?> next)
        where TStatus : struct, Enum
        where TEvent : class =>
        from status in Enum.GetValues<TStatus>().Where(s => Words(s) != Nothing).Select(s => (TStatus?)s).Prepend(null)
        from derived in typeof(TEvent).GetCustomAttributes<JsonDerivedTypeAttribute>()
        let to = next(status, derived.DerivedType)
        where to is not null
        select (kind, status is { } known ? Words(known) : Nothing, (string)derived.TypeDiscriminator!, Words(to.Value));

    private static async IAsyncEnumerable<Line> AllowedTransitions()
    {
        await Task.CompletedTask;
        foreach (var (kind, from, to) in Machines().Select(row => (row.Kind, row.From, row.To)).Distinct())
        {
            yield return json =>
            {
                json.WriteString("kind", kind);
                json.WriteString("from_state", from);
                json.WriteString("to_state", to);
            };
        }
    }
}
