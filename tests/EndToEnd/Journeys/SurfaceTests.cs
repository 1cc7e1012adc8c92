using System.Text.Json;
using Commerce.Shopping;

namespace Commerce.Journeys;

[Collection(OneShop.Name)]
public sealed class SurfaceTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    [Theory]
    [InlineData("/health/live", "text/plain")]
    [InlineData("/health/ready", "text/plain")]
    [InlineData("/metrics", "text/plain")]
    [InlineData("/docs/", "text/html")]
    [InlineData("/openapi/v1.json", "application/json")]
    [InlineData("/problems/price-changed", "text/html")]
    [InlineData("/", "text/html")]
    public async Task What_people_and_machines_look_at_first_answers(string path, string kind)
    {
        var answer = (await shop.Send(HttpMethod.Get, path)).Must(200);

        Assert.Contains(kind, answer.ContentType, StringComparison.Ordinal);
        Assert.NotEmpty(answer.Text);
    }

    [Fact]
    public async Task The_contract_names_every_resource_that_a_shopper_needs()
    {
        var paths = (await shop.Send(HttpMethod.Get, "/openapi/v1.json")).Must(200).Json.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToArray();

        Assert.Superset(
            new HashSet<string> { "/v1/products", "/v1/carts", "/v1/carts/{id}/lines", "/v1/checkouts", "/v1/checkouts/{id}/confirm", "/v1/orders/{id}", "/v1/events" },
            paths.Select(path => path.TrimEnd('/')).ToHashSet());
    }

    [Theory]
    [InlineData("sku", "sku,initial,received,adjusted,returned,on_hand,available,reserved,sold,backordered")]
    [InlineData("reservation", "reservation_id,sku,location,qty,cart_id,order_id,state,created_at,expires_at,closed_at")]
    [InlineData("checkout", "checkout_id,cart_id,customer_id,idem_key,accepted_at,state,terminal_at,order_id")]
    [InlineData("orders", "order_id,checkout_id,cart_id,customer_id,state,placed_at,currency,subtotal,discount,tax,shipping,total")]
    [InlineData("order_line", "order_id,line_no,sku,qty,currency,unit_price,line_total")]
    [InlineData("payment", "payment_id,order_id,checkout_id,vendor_ref,currency,authorised,captured,refunded,voided,state")]
    [InlineData("ledger", "entry_id,txn_id,account,currency,amount,order_id,at")]
    [InlineData("event", "stream,seq,event_id,type,at,global_pos,body_hash")]
    [InlineData("idem", "scope,idem_key,fingerprint,status,resource_id,created_at")]
    [InlineData("stripe_inbox", "event_id,received_count,applied_count")]
    [InlineData("transition", "stream,seq,from_state,to_state,at")]
    [InlineData("allowed_transition", "kind,from_state,to_state")]
    public async Task Every_table_of_the_export_has_rows_with_the_published_fields(string table, string fields)
    {
        await (await Shopper.ReadyToPay(shop, Goods.Coffee)).Order();
        var rows = await Programs.Eventually.Get(
            async () => await shop.Export(table) is { Count: > 0 } some ? some : null, TimeSpan.FromSeconds(20), $"{table} has rows"); // webhooks come a moment later

        Assert.All(rows, row => Assert.Superset(fields.Split(',').ToHashSet(), row.Select(field => field.Key).ToHashSet()));
    }

    [Fact]
    public async Task A_table_that_is_not_exported_is_refused_with_those_that_are()
    {
        var refused = (await shop.Admin(HttpMethod.Get, "/export/secrets")).MustRefuse(404, "unknown-table");

        Assert.Equal(12, refused.Json.GetProperty("allowed").GetArrayLength());
    }

    [Fact]
    public async Task Lists_are_read_page_by_page_without_gaps_or_repeats()
    {
        var seen = new List<string>();
        var path = "/v1/products?channel=eu&limit=7";
        while (path is not null)
        {
            var page = (await shop.Send(HttpMethod.Get, path)).Must(200);
            seen.AddRange(page.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
            path = page.At("next") is { } next ? $"/v1/products?channel=eu&limit=7&cursor={Uri.EscapeDataString(next)}" : null;
            Assert.Equal(path is not null, page.Header("Link") is not null);
        }

        var whole = (await shop.Send(HttpMethod.Get, "/v1/products?channel=eu&limit=100")).Must(200);
        Assert.Equal(whole.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()), seen);
    }

    [Fact]
    public async Task What_was_sent_as_the_correlation_id_is_on_the_answer_and_on_the_events()
    {
        var correlation = "test-" + ShopClient.NewKey();
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var checkout = await ada.Ask(HttpMethod.Post, "/v1/checkouts", ada.Body("pm_card_visa"), ShopClient.NewKey(), ("Correlation-Id", correlation));
        Assert.Equal(correlation, checkout.Header("Correlation-Id"));

        var order = (await ada.Settled(checkout)).Need("orderId");
        var events = await ada.Look($"/v1/orders/{order}/events");
        Assert.All(events.Json.GetProperty("items").EnumerateArray(), happened => Assert.Equal(correlation, happened.GetProperty("correlationid").GetString()));
        Assert.All(events.Json.GetProperty("items").EnumerateArray(), happened => Assert.Equal(JsonValueKind.Object, happened.GetProperty("data").ValueKind));
    }
}
