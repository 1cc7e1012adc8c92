using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Orders;
using Commerce.Payments;

namespace Commerce.Tests.Cluster;

/// <summary>One shopper with one cart, and everything that may come of it.</summary>
internal sealed class Trial(Shop shop, string sku, int quantity, string method)
{
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    public string Owner { get; } = Owners.Guest(Guid.NewGuid().ToString());

    public string CartId { get; } = Identity.New(Identity.Cart);

    public string CheckoutId { get; } = Identity.New(Identity.Checkout);

    public string Sku => sku;

    public string OrderId => CheckoutId.As(Identity.Order);

    public string PaymentId => CheckoutId.As(Identity.Payment);

    /// <summary>What the cart costs, shipping included.</summary>
    public Money Total => new(1299 * quantity + 495, "EUR");

    public ICartGrain Cart => shop.Grains.Cart(CartId);

    public ICheckoutGrain Checkout => shop.Grains.Checkout(CheckoutId);

    public IOrderGrain Order => shop.Grains.Order(OrderId);

    public IPaymentGrain Payment => shop.Grains.Payment(PaymentId);

    public IStockItemGrain Stock => shop.Grains.Stock(sku);

    public ScriptedPaymentProvider.Account Account => shop.Bank[PaymentId];

    public StartCheckout Command => new(CartId, null, null, method, null);

    public Request As(string key) => new(Owner, key, $"fingerprint of {key}");

    public Task<Reply<CheckoutView>> Start(TimeSpan? wait = null) => Checkout.Start(As("start"), Command, wait ?? Wait);

    /// <summary>The checkout is done, and the order there.</summary>
    public async Task<Trial> Placed()
    {
        Assert.Equal(CheckoutStatus.Completed, (await Start()).View.Status);
        return this;
    }

    public async Task<Trial> Captured()
    {
        await Placed();
        Assert.Equal(Total, (await Order.Capture(As("capture"), null)).View.Payment.Captured);
        return this;
    }

    public async Task<CheckoutStatus> Status() => (await Checkout.Get(Owner))?.Status ?? CheckoutStatus.None;

    /// <summary>Whether a commit belongs to this shopper.</summary>
    public bool Owns(string aggregate) => aggregate == CartId || aggregate == Identity.Stock + sku || aggregate.EndsWith(CheckoutId[Identity.Checkout.Length..], StringComparison.Ordinal);

    /// <summary>Names of the events of one of the aggregates, oldest first.</summary>
    public async Task<ImmutableArray<string>> Events(string aggregate) =>
    [
        .. from commit in await shop.Journal.ReadAggregate(aggregate, 0, 1_000)
           from happened in EventEnvelopes.Read(commit.Events)
           select happened.Type,
    ];

    public async Task<(int Available, int Reserved, int Allocated)> Units()
    {
        var stock = (await Stock.Get())!;
        Assert.Equal(stock.OnHand, stock.Available + stock.Reserved + stock.Allocated);
        return (stock.Available, stock.Reserved, stock.Allocated);
    }

    /// <summary>Everything is as it has to be after a purchase, and exactly once.</summary>
    public async Task IsBought(int stock = 10)
    {
        var order = (await Order.Get(Owner))!;
        Assert.Equal((OrderStatus.Placed, Total), (order.Status, order.Quote.Totals.Total));
        Assert.Equal((PaymentStatus.Authorized, Total), (order.Payment.Status, order.Payment.Authorised));
        Assert.Equal((1, Total.Amount, 0L), (Account.Effects["authorise"], Account.Authorised, Account.Voided));
        Assert.Equal((stock - quantity, 0, quantity), await Units());
        Assert.Equal(CartStatus.CheckedOut, (await Cart.Get(Owner))!.Status);
        Assert.Single(await Events(OrderId), "commerce.order.placed.v1");
        Assert.Single(await Events(CheckoutId), "commerce.checkout.completed.v1");
    }

    /// <summary>Nothing is left of the attempt: no money held, no unit reserved, the cart free.</summary>
    public async Task IsUndone(CheckoutStatus ending, string failure, int stock = 10)
    {
        var checkout = (await Checkout.Get(Owner))!;
        Assert.Equal((ending, failure), (checkout.Status, checkout.Failure!.Code));
        Assert.Equal(Account.Authorised, Account.Voided);
        Assert.Equal((stock, 0, 0), await Units());
        var cart = (await Cart.Get(Owner))!;
        Assert.Equal((CartStatus.Active, null), (cart.Status, cart.CheckoutId));
        Assert.Null(await Order.Get(Owner));
    }
}
