using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Commerce.Checkouts;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Orders;
using Commerce.Payments;

namespace Commerce.Events;

/// <summary>
/// The shop's books as tables of JSON lines, built from the journal alone, so that a checker that knows nothing of the inside can judge a run.
/// Money in minor units, times RFC 3339 UTC.
/// </summary>
internal sealed partial class Export(IJournal journal)
{
    private const int PageSize = 500;

    private delegate void Line(Utf8JsonWriter json);

    /// <summary>The tables by name. See docs/export.md.</summary>
    private ImmutableSortedDictionary<string, Func<IAsyncEnumerable<Line>>> Tables => new Dictionary<string, Func<IAsyncEnumerable<Line>>>(StringComparer.Ordinal)
    {
        ["sku"] = Skus,
        ["reservation"] = Reservations,
        ["checkout"] = Checkouts,
        ["orders"] = Orders,
        ["order_line"] = OrderLines,
        ["payment"] = Payments,
        ["ledger"] = Ledger,
        ["event"] = Events,
        ["idem"] = IdempotencyKeys,
        ["stripe_inbox"] = Inbox,
        ["transition"] = Transitions,
        ["allowed_transition"] = AllowedTransitions,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Every row of a table, a JSON object a line.</summary>
    public async IAsyncEnumerable<string> Rows(string table)
    {
        var tables = Tables;
        if (!tables.TryGetValue(table, out var lines))
        {
            throw new CommerceException(EventErrors.UnknownTable(table, [.. tables.Keys]));
        }

        var buffer = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(buffer);
        await foreach (var line in lines())
        {
            buffer.Clear();
            json.Reset();
            json.WriteStartObject();
            line(json);
            json.WriteEndObject();
            await json.FlushAsync();
            yield return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }

    private async IAsyncEnumerable<Line> Skus()
    {
        var skus = new SortedDictionary<string, SkuRow>(StringComparer.Ordinal);
        await foreach (var (id, stock) in Fold<StockItem, StockEvent>(Identity.Stock))
        {
            var sku = StockId.SkuOf(id);
            skus[sku] = skus.GetValueOrDefault(sku).With(stock.State);
        }

        foreach (var (sku, row) in skus)
        {
            // What is sold is not on hand here, shipped or not; see the table's description.
            yield return json =>
            {
                json.WriteString("sku", sku);
                json.WriteNumber("initial", row.Initial);
                json.WriteNumber("received", row.Received);
                json.WriteNumber("adjusted", row.Adjusted);
                json.WriteNumber("returned", 0);
                json.WriteNumber("on_hand", row.Available + row.Reserved);
                json.WriteNumber("available", row.Available);
                json.WriteNumber("reserved", row.Reserved);
                json.WriteNumber("sold", row.Sold);
                json.WriteNumber("backordered", row.Backordered);
            };
        }
    }

    private async IAsyncEnumerable<Line> Reservations()
    {
        await foreach (var id in Ids(Identity.Stock))
        {
            var rows = new Dictionary<string, ReservationRow>(StringComparer.Ordinal);
            await foreach (var (happened, at) in History<StockEvent>(id))
            {
                ReservationRow.Note(rows, happened, at);
            }

            var place = StockId.Parse(id);
            foreach (var (reservationId, row) in rows)
            {
                yield return json =>
                {
                    json.WriteString("reservation_id", reservationId);
                    json.WriteString("sku", place.Sku);
                    json.WriteString("location", place.Location);
                    json.WriteNumber("qty", row.Quantity);
                    json.WriteString("cart_id", row.CartId);
                    json.WriteString("order_id", row.OrderId);
                    json.WriteString("state", row.Status.ToString().ToLowerInvariant());
                    json.WriteString("created_at", row.CreatedAt);
                    json.WriteString("expires_at", row.ExpiresAt);
                    Optional(json, "closed_at", row.ClosedAt);
                };
            }
        }
    }

    private async IAsyncEnumerable<Line> Checkouts()
    {
        await foreach (var (id, checkout) in Fold<Checkout, CheckoutEvent>(Identity.Checkout))
        {
            yield return json =>
            {
                json.WriteString("checkout_id", id);
                json.WriteString("cart_id", checkout.State.CartId);
                json.WriteString("customer_id", checkout.State.Owner);
                json.WriteString("idem_key", checkout.FirstKey);
                json.WriteString("accepted_at", checkout.State.StartedAt);
                json.WriteString("state", Words(checkout.State.Status));
                Optional(json, "terminal_at", checkout.State.EndedAt);
                json.WriteString("order_id", checkout.State.OrderId);
                json.WriteString("failure", checkout.State.Failure?.Code);
            };
        }
    }

    private async IAsyncEnumerable<Line> Orders()
    {
        await foreach (var (id, order) in Fold<Order, OrderEvent>(Identity.Order))
        {
            var totals = order.State.Quote.Totals;
            yield return json =>
            {
                json.WriteString("order_id", id);
                json.WriteString("checkout_id", order.State.CheckoutId);
                json.WriteString("cart_id", order.State.CartId);
                json.WriteString("customer_id", order.State.Owner);
                json.WriteString("state", Words(order.State.Status));
                json.WriteString("placed_at", order.State.PlacedAt);
                json.WriteString("currency", order.State.Quote.Currency);
                json.WriteNumber("subtotal", totals.Subtotal.Amount);
                json.WriteNumber("discount", totals.Discount.Amount);
                json.WriteNumber("tax", totals.Tax.Amount);
                json.WriteNumber("included_tax", totals.IncludedTax.Amount);
                json.WriteNumber("shipping", totals.Shipping.Amount);
                json.WriteNumber("total", totals.Total.Amount);
                json.WriteString("quote_id", order.State.Quote.Id);
            };
        }
    }

    private async IAsyncEnumerable<Line> OrderLines()
    {
        await foreach (var (id, order) in Fold<Order, OrderEvent>(Identity.Order))
        {
            foreach (var (number, line) in order.State.Quote.Lines.Index())
            {
                yield return json =>
                {
                    json.WriteString("order_id", id);
                    json.WriteNumber("line_no", number + 1);
                    json.WriteString("sku", line.Sku);
                    json.WriteNumber("qty", line.Quantity);
                    json.WriteString("currency", line.UnitPrice.Currency);
                    json.WriteNumber("unit_price", line.UnitPrice.Amount);
                    json.WriteNumber("line_total", line.Subtotal.Amount);
                    json.WriteNumber("discount", line.Discount.Amount);
                };
            }
        }
    }

    private async IAsyncEnumerable<Line> Payments()
    {
        await foreach (var (id, payment) in Fold<Payment, PaymentEvent>(Identity.Payment))
        {
            var state = payment.State;
            yield return json =>
            {
                json.WriteString("payment_id", id);
                json.WriteString("order_id", state.OrderId);
                json.WriteString("checkout_id", state.CheckoutId);
                json.WriteString("provider", state.Provider);
                json.WriteString("vendor_ref", state.Reference);
                json.WriteString("currency", state.Requested.Currency);
                json.WriteNumber("authorised", state.Authorised.Amount);
                json.WriteNumber("captured", state.Captured.Amount);
                json.WriteNumber("refunded", state.Refunded.Amount);
                json.WriteNumber("voided", state.Voided.Amount);
                json.WriteNumber("charged_back", state.ChargedBack.Amount);
                json.WriteString("state", Words(state.Status));
            };
        }
    }

    private async IAsyncEnumerable<Line> Events()
    {
        await foreach (var commit in Commits())
        {
            foreach (var happened in Lifecycle.Events(commit, 0))
            {
                yield return json =>
                {
                    json.WriteString("stream", happened.Aggregate);
                    json.WriteNumber("seq", happened.Sequence);
                    json.WriteString("event_id", happened.Id);
                    json.WriteString("type", happened.Type);
                    json.WriteString("at", happened.Time);
                    json.WriteNumber("global_pos", happened.Cursor.Position);
                    json.WriteNumber("version", happened.Version);
                    json.WriteString("body_hash", Convert.ToHexStringLower(SHA256.HashData(happened.Data)));
                };
            }
        }
    }

    private async IAsyncEnumerable<Line> IdempotencyKeys()
    {
        await foreach (var commit in Commits())
        {
            if (commit.IdempotencyKey is { } key)
            {
                yield return json =>
                {
                    json.WriteString("scope", commit.Aggregate);
                    json.WriteString("idem_key", key);
                    json.WriteString("fingerprint", commit.Fingerprint);
                    json.WriteString("status", "done");
                    json.WriteString("resource_id", commit.Aggregate);
                    json.WriteString("created_at", commit.At);
                };
            }
        }
    }

    private async IAsyncEnumerable<Line> Inbox()
    {
        await foreach (var (_, webhook) in Fold<Webhook, WebhookEvent>(Identity.Webhook))
        {
            yield return json =>
            {
                json.WriteString("event_id", webhook.State.Event?.EventId);
                json.WriteString("provider", webhook.State.Event?.Provider);
                json.WriteString("type", webhook.State.Event?.Type);
                json.WriteNumber("received_count", webhook.State.ReceivedCount);
                json.WriteNumber("applied_count", webhook.State.AppliedCount);
            };
        }
    }

    /// <summary>Every commit, shard after shard, in the order of each.</summary>
    private async IAsyncEnumerable<Recorded> Commits()
    {
        foreach (var shard in journal.Shards)
        {
            long position = 0;
            while (await shard.Read(null, position, PageSize) is { IsEmpty: false } page)
            {
                foreach (var commit in page)
                {
                    yield return commit;
                }

                position = page[^1].Position;
            }
        }
    }

    private async IAsyncEnumerable<string> Ids(string prefix)
    {
        var after = "";
        while (await journal.Aggregates(prefix, after, PageSize) is { IsEmpty: false } ids)
        {
            foreach (var id in ids)
            {
                yield return id;
            }

            after = ids[^1];
        }
    }

    private async IAsyncEnumerable<(TEvent Happened, DateTimeOffset At)> History<TEvent>(string id)
        where TEvent : class
    {
        long position = 0;
        while (await journal.ReadAggregate(id, position, PageSize) is { IsEmpty: false } commits)
        {
            foreach (var commit in commits)
            {
                foreach (var happened in EventCodec<TEvent>.Read(commit.Events))
                {
                    yield return (happened, commit.At);
                }
            }

            position = commits[^1].Position;
        }
    }

    /// <summary>Every aggregate of a kind, folded from its first event on, whatever snapshots say.</summary>
    private async IAsyncEnumerable<(string Id, (TState State, string? FirstKey) Folded)> Fold<TState, TEvent>(string prefix)
        where TState : class, IAggregateState<TState, TEvent>
        where TEvent : class
    {
        await foreach (var id in Ids(prefix))
        {
            var state = TState.Initial;
            string? firstKey = null;
            long position = 0;
            while (await journal.ReadAggregate(id, position, PageSize) is { IsEmpty: false } commits)
            {
                foreach (var commit in commits)
                {
                    firstKey ??= commit.IdempotencyKey;
                    state = EventCodec<TEvent>.Read(commit.Events).Aggregate(state, (s, happened) => s.Apply(happened, commit.At));
                }

                position = commits[^1].Position;
            }

            yield return (id, (state, firstKey));
        }
    }

    /// <summary>An enum's published word.</summary>
    private static string Words<T>(T status)
        where T : struct, Enum => JsonSerializer.Serialize(status, JournalJson.Default.Options).Trim('"');

    private static void Optional(Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } time)
        {
            json.WriteString(name, time);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>A SKU's books over all its stock items.</summary>
    private readonly record struct SkuRow(long Initial, long Received, long Adjusted, long Available, long Reserved, long Sold, long Backordered)
    {
        public SkuRow With(StockItem item) => new(
            Initial + item.InitialQuantity, Received + item.Received, Adjusted + item.Adjusted, Available + item.Available, Reserved + item.Reserved,
            Sold + item.Allocated + item.Shipped, Backordered + item.Backordered);
    }

    private sealed record ReservationRow(
        ReservationStatus Status, int Quantity, string CartId, string? OrderId, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? ClosedAt)
    {
        public static void Note(Dictionary<string, ReservationRow> rows, StockEvent happened, DateTimeOffset at)
        {
            switch (happened)
            {
                case UnitsReserved e:
                    rows[e.ReservationId] = new ReservationRow(ReservationStatus.Held, e.Quantity - (e.Backordered ?? 0), e.CartId, null, at, e.ExpiresAt, null);
                    break;
                case ReservationExtended e:
                    rows[e.ReservationId] = rows[e.ReservationId] with { ExpiresAt = e.ExpiresAt };
                    break;
                case UnitsAllocated e:
                    rows[e.ReservationId] = rows[e.ReservationId] with { Status = ReservationStatus.Allocated, OrderId = e.OrderId, ClosedAt = at };
                    break;
                case BackorderFilled e:
                    rows[e.ReservationId] = rows[e.ReservationId] with { Quantity = rows[e.ReservationId].Quantity + e.Quantity };
                    break;
                case UnitsShipped e:
                    rows[e.ReservationId] = rows[e.ReservationId] with { Status = ReservationStatus.Shipped };
                    break;
                case AllocationReturned e:
                    rows[e.ReservationId] = rows[e.ReservationId] with { Status = ReservationStatus.Released, ClosedAt = at };
                    break;
                case UnitsReleased e:
                    rows[e.ReservationId] = rows[e.ReservationId] with { Status = ReservationStatus.Released, ClosedAt = at };
                    break;
                case ReservationExpired e:
                    rows[e.ReservationId] = rows[e.ReservationId] with { Status = ReservationStatus.Expired, ClosedAt = at };
                    break;
                default:
                    break;
            }
        }
    }
}
