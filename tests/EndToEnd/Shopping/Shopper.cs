using Commerce.Programs;

namespace Commerce.Shopping;

/// <summary>A guest with a cart.</summary>
public sealed class Shopper
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private Shopper(ShopClient shop, Reply created) =>
        (Shop, CartId, Token, Cart) = (shop, created.Need("id"), created.Need("token"), created);

    public ShopClient Shop { get; }

    public string CartId { get; }

    public string Token { get; }

    /// <summary>The cart as it was answered last.</summary>
    public Reply Cart { get; private set; }

    public string CartPath => "/v1/carts/" + CartId;

    /// <summary>A guest who has put something into a cart.</summary>
    public static async Task<Shopper> With(ShopClient shop, string sku, int quantity = 1, string channel = "eu") =>
        new(shop, (await shop.Send(HttpMethod.Post, "/v1/carts", new { channel, lines = new[] { new { sku, quantity } } })).Must(201));

    /// <summary>The same, ready to pay.</summary>
    public static async Task<Shopper> ReadyToPay(ShopClient shop, string sku, int quantity = 1, string channel = "eu")
    {
        var shopper = await With(shop, sku, quantity, channel);
        await shopper.Introduce(Goods.Addresses[channel]);
        return shopper;
    }

    /// <summary>Says who buys, where it goes and how.</summary>
    public async Task Introduce(object address, string email = "ada@example.org", string method = "standard")
    {
        await Change(HttpMethod.Put, "/contact", new { email, name = "Ada Lovelace" });
        await Change(HttpMethod.Put, "/destination", address);
        await Change(HttpMethod.Put, "/shipping-method", new { id = method });
    }

    /// <summary>Changes the cart; it must be taken.</summary>
    public async Task<Reply> Change(HttpMethod method, string path, object? body = null) => Cart = (await Ask(method, CartPath + path, body)).Must(200);

    public async Task<Reply> Look() => Cart = (await Ask(HttpMethod.Get, CartPath)).Must(200);

    public Task<Reply> Ask(HttpMethod method, string path, object? body = null, string? key = null, params IEnumerable<(string, string)> headers) =>
        Shop.Send(method, path, body, Token, key, headers);

    /// <summary>Asks to buy, and takes the first answer.</summary>
    public Task<Reply> Buy(string method, string? key = null, string? quoteId = null, string? provider = null) =>
        Ask(HttpMethod.Post, "/v1/checkouts", Body(method, quoteId, provider), key ?? ShopClient.NewKey());

    /// <summary>Buys, and waits for the end or for something to do.</summary>
    public async Task<Reply> BuyToTheEnd(string method, string? provider = null) => await Settled(await Buy(method, provider: provider));

    /// <summary>Buys, and is given an order.</summary>
    public async Task<Reply> Order(string method = "pm_card_visa")
    {
        var checkout = await BuyToTheEnd(method);
        Assert.True(checkout.At("status") == "confirmed", checkout.Text);
        return await Look("/v1/orders/" + checkout.Need("orderId"));
    }

    public async Task<Reply> Look(string path) => (await Ask(HttpMethod.Get, path)).Must(200);

    /// <summary>How a checkout stands once it is pending no more.</summary>
    public Task<Reply> Settled(Reply checkout)
    {
        checkout.Must(200, 201, 202);
        return checkout.At("status") != "pending" ? Task.FromResult(checkout) : Eventually.Get(
            async () => await Look("/v1/checkouts/" + checkout.Need("id")) is var now && now.At("status") != "pending" ? now : null,
            Patience, "the checkout is settled");
    }

    public object Body(string method, string? quoteId = null, string? provider = null) => new Dictionary<string, object?>
    {
        ["cartId"] = CartId,
        ["quoteId"] = quoteId,
        ["payment"] = provider is null ? new { method } : new { method, provider },
    }.Where(field => field.Value is not null).ToDictionary();
}
