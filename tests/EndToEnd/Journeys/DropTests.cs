using System.Text.Json.Nodes;
using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

/// <summary>A drop from its announcement to its end, as operators and shoppers meet it over HTTP.</summary>
[Collection(OneShop.Name)]
public sealed class DropTests(RunningShop running)
{
    private const string Sku = "FELT-DESK-S";

    private readonly ShopClient shop = running.Client;

    [Fact]
    public async Task Shoppers_join_wait_are_admitted_and_buy_and_everybody_else_is_told()
    {
        var drop = (await shop.Admin(HttpMethod.Post, "/drops", Plan(allotment: 2, passLifetime: 5), ShopClient.NewKey())).Must(201);
        var path = "/v1/drops/" + drop.Need("id");
        Assert.Equal((201, "drop-overlaps"), (drop.Status, (await shop.Admin(HttpMethod.Post, "/drops", Plan(1, 5), ShopClient.NewKey())).MustRefuse(409, "drop-overlaps").Code));
        var publicly = (await shop.Send(HttpMethod.Get, path)).Must(200);
        Assert.Equal((Sku, null), (publicly.At("skus.0"), publicly.At("code")));

        // Ada, Bob and Carl come in this order; Ada twice.
        var key = ShopClient.NewKey();
        var ada = (await Enter(path, "ada@example.org", key)).Must(201);
        Assert.Equal(ada.Need("token"), (await Enter(path, "ada@example.org", key)).Must(201).Need("token"));
        var adaElsewhere = (await Enter(path, "ADA@example.org", ShopClient.NewKey())).Must(201);
        Assert.Equal((ada.Need("id"), null, null), (adaElsewhere.Need("id"), adaElsewhere.At("token"), adaElsewhere.At("pass")));
        var bob = (await Enter(path, "bob@example.org", ShopClient.NewKey())).Must(201);
        var carl = (await Enter(path, "carl@example.org", ShopClient.NewKey())).Must(201);
        Assert.Equal(("1", "2", "3"), (ada.At("place"), bob.At("place"), carl.At("place")));
        (await shop.Send(HttpMethod.Get, $"{path}/entries/{ada.Need("id")}", token: bob.Need("token"))).MustRefuse(404, "not-found");
        var pass = (await Comes(path, ada, "admitted")).Need("pass");
        await Comes(path, bob, "admitted");
        Assert.NotNull((await Look(path, carl)).Header("Retry-After"));

        // Nobody buys without a pass, with another's, or with one that was changed.
        await Eventually.True(async () => (await Buy(carl, null)).Code == "pass-required", TimeSpan.FromSeconds(10), "the SKU needs a pass");
        (await Buy(carl, pass)).MustRefuse(409, "pass-foreign");
        (await Buy(ada, pass[..^2] + "AA")).MustRefuse(422, "pass-invalid");

        // A declined card may be followed by another; the pass buys once.
        Assert.Equal("payment-declined", (await Buy(ada, pass, "pm_card_chargeDeclined")).Must(201).At("failure.code"));
        Assert.Equal("confirmed", (await Buy(ada, pass)).Must(201).At("status"));
        Assert.Equal("bought", (await Look(path, ada)).At("status"));
        (await Buy(ada, pass)).MustRefuse(409, "pass-used");

        // Bob does nothing: Carl, who follows his entry, is next, and with him everything is sold.
        var next = await Followed(path, carl);
        Assert.Equal("expired", (await Comes(path, bob, "expired")).At("status"));
        var dora = (await Enter(path, "dora@example.org", ShopClient.NewKey())).Must(201);
        Assert.Equal("confirmed", (await Buy(carl, next)).Must(201).At("status"));
        Assert.Equal("sold_out", (await Comes(path, dora, "sold_out")).At("status"));
        (await Enter(path, "eve@example.org", ShopClient.NewKey())).MustRefuse(409, "drop-over");

        var end = (await shop.Admin(HttpMethod.Post, $"/drops/{drop.Need("id")}/close")).Must(200);
        Assert.Equal(("closed", "2", "0", "4"), (end.At("status"), end.At("sold"), end.At("left"), end.At("entries")));
        (await shop.Admin(HttpMethod.Post, $"/drops/{drop.Need("id")}/cancel")).MustRefuse(409, "not-now");
        await Eventually.True(async () => (await Buy(dora, null)).Status == 201, TimeSpan.FromSeconds(10), "the SKU is everybody's again");
    }

    [Theory]
    [InlineData("""{"skus":["A"],"allotment":1,"startsAt":"2026-12-01T18:00:00Z","endsAt":"2026-12-01T19:00:00Z"}""", "required", "/name")]
    [InlineData("""{"name":"N","skus":[],"allotment":1,"startsAt":"2026-12-01T18:00:00Z","endsAt":"2026-12-01T19:00:00Z"}""", "invalid-value", "/skus")]
    [InlineData("""{"name":"N","skus":["A","A"],"allotment":1,"startsAt":"2026-12-01T18:00:00Z","endsAt":"2026-12-01T19:00:00Z"}""", "invalid-value", "/skus")]
    [InlineData("""{"name":"N","skus":["A"],"allotment":0,"startsAt":"2026-12-01T18:00:00Z","endsAt":"2026-12-01T19:00:00Z"}""", "invalid-value", "/allotment")]
    [InlineData("""{"name":"N","skus":["A"],"allotment":1,"startsAt":"tomorrow","endsAt":"2026-12-01T19:00:00Z"}""", "invalid-value", "/startsAt")]
    [InlineData("""{"name":"N","skus":["A"],"allotment":1,"startsAt":"2026-12-01T19:00:00Z","endsAt":"2026-12-01T18:00:00Z"}""", "invalid-value", "/endsAt")]
    [InlineData("""{"name":"N","skus":["A"],"allotment":1,"startsAt":"2026-12-01T18:00:00Z","endsAt":"2026-12-01T19:00:00Z","order":"best"}""", "invalid-value", "/order")]
    [InlineData("""{"name":"N","skus":["A"],"allotment":1,"startsAt":"2026-12-01T18:00:00Z","endsAt":"2026-12-01T19:00:00Z","sold":5}""", "unknown-field", "/sold")]
    public async Task A_plan_that_cannot_be_is_refused_with_a_pointer(string body, string code, string pointer)
    {
        var refused = (await shop.Admin(HttpMethod.Post, "/drops", body, ShopClient.NewKey())).MustRefuse(422, code);
        Assert.Equal(pointer, refused.At("errors.0.pointer"));
    }

    [Theory]
    [InlineData("{}", 422, "required")]
    [InlineData("""{"email":"nobody"}""", 422, "invalid-value")]
    [InlineData("""{"email":"a@example.org","quantity":0}""", 422, "invalid-quantity")]
    [InlineData("""{"email":"a@example.org","place":1}""", 422, "unknown-field")]
    [InlineData("""{"email":"a@example.org","device":"4242 4242 4242 4242"}""", 422, "account-data-refused")]
    [InlineData("""{"email":"a@example.org"}""", 404, "not-found")]
    public async Task An_entry_that_cannot_be_is_refused(string body, int status, string code) =>
        (await shop.Send(HttpMethod.Post, "/v1/drops/drp_00000000000000000000000000/entries", body)).MustRefuse(status, code);

    private static object Plan(int allotment, int passLifetime) => new
    {
        name = "Mug",
        skus = new[] { Sku },
        allotment,
        startsAt = DateTimeOffset.UtcNow.AddSeconds(-1),
        endsAt = DateTimeOffset.UtcNow.AddHours(1),
        passLifetime,
    };

    private Task<Reply> Enter(string path, string email, string key) => shop.Send(HttpMethod.Post, path + "/entries", new { email }, key: key);

    private async Task<Reply> Look(string path, Reply entry) => (await shop.Send(HttpMethod.Get, $"{path}/entries/{entry.Need("id")}", token: entry.Need("token"))).Must(200);

    private Task<Reply> Comes(string path, Reply entry, string status) => Eventually.Get(
        async () => await Look(path, entry) is var now && now.At("status") == status ? now : null, TimeSpan.FromSeconds(20), $"the entry is {status}");

    /// <summary>The pass, as it comes by server-sent events.</summary>
    private async Task<string> Followed(string path, Reply entry)
    {
        using var http = new HttpClient { BaseAddress = shop.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}/entries/{entry.Need("id")}");
        request.Headers.Add("Accept", "text/event-stream");
        request.Headers.Add("Authorization", "Bearer " + entry.Need("token"));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal) && (string?)JsonNode.Parse(line[6..])!["pass"] is { } pass)
            {
                return pass;
            }
        }

        throw new InvalidOperationException("The stream ended without a pass.");
    }

    private Task<Reply> Buy(Reply entry, string? pass, string method = "pm_card_visa")
    {
        var body = new Dictionary<string, object?>
        {
            ["channel"] = "eu",
            ["lines"] = new[] { new { sku = Sku, quantity = 1 } },
            ["contact"] = new { email = "ada@example.org" },
            ["destination"] = Goods.Addresses["eu"],
            ["shippingMethod"] = "standard",
            ["payment"] = new { method },
            ["pass"] = pass,
        };
        return shop.Send(HttpMethod.Post, "/v1/checkouts", body, entry.Need("token"), ShopClient.NewKey());
    }
}
