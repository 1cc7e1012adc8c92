using System.Text.Json;
using System.Web;
using Commerce.Journeys;
using Commerce.Shopping;

namespace Commerce.Payments;

/// <summary>Every documented test card and decline of the vendors: what the storefront is told. The table is <c>test-cards.csv</c>.</summary>
[Collection(OneShop.Name), Trait("database", "files")]
public sealed class TestCardTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    public static TheoryData<string, string, string, string, string, string, string> Cards()
    {
        var cards = new TheoryData<string, string, string, string, string, string, string>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Payments", "test-cards.csv")).Skip(1))
        {
            var field = line.Split(',');
            cards.Add(field[0], field[1], field[2], field[3], field[4], field[5], field[6]);
        }

        return cards;
    }

    [Theory]
    [MemberData(nameof(Cards))]
    public async Task A_documented_card_ends_as_documented(string provider, string method, string does, string status, string failure, string reason, string advice)
    {
        var key = ShopClient.NewKey();
        var checkout = (await shop.Send(HttpMethod.Post, "/v1/checkouts", new
        {
            channel = "eu",
            lines = new[] { new { sku = Goods.Tea, quantity = 1 } },
            contact = new { email = "ada@example.org" },
            destination = Goods.Addresses["eu"],
            shippingMethod = "standard",
            payment = new { provider, method, returnUrl = "https://shop.example/back" },
        }, key: key)).Must(201, 202);
        var (id, token) = (checkout.Need("id"), checkout.Need("token"));
        if (does.Length > 0)
        {
            Assert.True(checkout.At("status") == "requires_action", checkout.Text);
            var details = await Act(checkout, does);
            checkout = (await shop.Send(HttpMethod.Post, $"/v1/checkouts/{id}/confirm", details is null ? null : new { details }, token, key + "-confirm")).Must(200, 202);
        }

        if (checkout.At("status") == "pending")
        {
            await Programs.Eventually.True(
                async () => (checkout = (await shop.Send(HttpMethod.Get, $"/v1/checkouts/{id}", token: token)).Must(200)).At("status") != "pending",
                TimeSpan.FromSeconds(30), $"{method} ends", () => running.Output);
        }

        Assert.Equal((status, failure, reason, advice), (checkout.At("status"), checkout.At("failure.code") ?? "", checkout.At("failure.reason") ?? "", checkout.At("failure.advice") ?? ""));
        Assert.Equal(status == "confirmed", checkout.At("orderId") is not null);
    }

    /// <summary>What the shopper does where the checkout sent him, and what he brings back.</summary>
    private async Task<Dictionary<string, string>?> Act(Reply checkout, string outcome)
    {
        if (checkout.At("action.type") == "sdk")
        {
            var challenge = JsonDocument.Parse(checkout.Need("action.payload")).RootElement;
            return new() { ["threeDSResult"] = challenge.GetProperty("token").GetString() + (outcome == "complete" ? ".Y" : ".N") };
        }

        using var form = new FormUrlEncodedContent([new("outcome", outcome)]);
        var back = (await shop.Send(HttpMethod.Post, new Uri(checkout.Need("action.url")).PathAndQuery, form)).Must(302);
        var result = HttpUtility.ParseQueryString(new Uri(back.Header("Location")!).Query)["redirectResult"];
        return result is null ? null : new() { ["redirectResult"] = result };
    }
}
