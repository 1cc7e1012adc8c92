using Commerce.Carts;
using Commerce.Shipping;
using Commerce.Tax;

namespace Commerce.Pricing;

/// <summary>Prices baskets: asks the providers what applies, and lets the pricing function decide. Keeps nothing; one serves every grain of a silo.</summary>
/// <remarks>Completes synchronously when its providers do, as the built-in ones always do.</remarks>
internal sealed class Pricer(IPricingProvider prices, ITaxProvider taxes, IShippingProvider carriers, TimeProvider clock)
{
    /// <summary>When to come back after a tax provider that cannot say when.</summary>
    private static readonly TimeSpan TaxesPause = TimeSpan.FromSeconds(5);

    /// <summary>What a basket costs now.</summary>
    /// <exception cref="CommerceException">
    /// A code of <see cref="CartErrors"/> for an unknown channel, currency, SKU, destination or shipping method; <see cref="TaxErrors"/> for a region;
    /// <c>temporarily-unavailable</c> when the taxes cannot be had. A tax is never left out silently.
    /// </exception>
    public async ValueTask<Quote> Price(BasketRequest request, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        var channel = await Channel(request.Channel, cancellationToken);
        var currency = CurrencyOf(channel, request.Currency);
        var lines = await Lines(channel, currency, request, cancellationToken);
        var coupons = await Coupons(channel, request.Coupons, now, cancellationToken);

        var discounted = Discounting.Apply(new Basket(channel, currency, lines, coupons));
        var validUntil = now + channel.QuoteLifetime;

        if (request.Destination is not { } destination)
        {
            return Quoting.Total(discounted, destination: null, shipping: null, taxes: null, validUntil);
        }

        MustServe(channel, destination);
        var shipping = await Shipping(request.ShippingMethod, channel, discounted, destination, cancellationToken);
        var due = await Taxes(discounted.TaxRequest(destination, shipping), cancellationToken);

        return Quoting.Total(discounted, destination, shipping, due, validUntil);
    }

    /// <summary>The ways to ship a basket to its destination, cheapest first; none without a destination.</summary>
    public async ValueTask<ImmutableArray<ShippingRate>> ShippingMethods(BasketRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Destination is not { } destination)
        {
            return [];
        }

        var quote = await Price(request with { Destination = null, ShippingMethod = null }, cancellationToken);
        MustServe(await Channel(request.Channel, cancellationToken), destination);

        return await carriers.Rates(quote.Channel, quote.Currency, destination, quote.Totals.Subtotal - quote.Totals.Discount, cancellationToken);
    }

    /// <summary>The channel of that id, or <c>unknown-channel</c>.</summary>
    public async ValueTask<Channel> Channel(string id, CancellationToken cancellationToken = default) =>
        (await prices.Channels(cancellationToken)).GetValueOrDefault(id) ?? throw new CommerceException(CartErrors.UnknownChannel(id));

    /// <summary>The coupon of that code as of now, or <c>unknown-coupon</c>.</summary>
    public async ValueTask<Coupon> Coupon(string channel, string code, CancellationToken cancellationToken = default) =>
        await prices.Coupon(channel, code, clock.GetUtcNow(), cancellationToken) ?? throw new CommerceException(CartErrors.UnknownCoupon(code));

    /// <summary>The currency to price in: the one asked for, or the channel's first; <c>currency-mismatch</c> when it does not sell in it.</summary>
    public static string CurrencyOf(Channel channel, string? asked) => asked is null
        ? channel.Currencies[0]
        : channel.Currencies.Contains(asked, StringComparer.Ordinal)
            ? asked
            : throw new CommerceException(CartErrors.CurrencyNotSold(asked, channel.Id, string.Join(", ", channel.Currencies)));

    private async ValueTask<ImmutableArray<BasketLine>> Lines(
        Channel channel, string currency, BasketRequest request, CancellationToken cancellationToken)
    {
        var lines = new BasketLine[request.Items.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            var item = request.Items[i];
            var price = await prices.Price(channel.Id, currency, item.Sku, request.CustomerId, cancellationToken)
                ?? throw new CommerceException(CartErrors.UnknownSku(item.Sku));

            lines[i] = new BasketLine(item.LineId, item.Sku, item.Name, item.Quantity, price, item.TaxCategory);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(lines);
    }

    private async ValueTask<ImmutableArray<Coupon>> Coupons(
        Channel channel, ImmutableArray<string> codes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (codes.IsDefaultOrEmpty)
        {
            return [];
        }

        var coupons = ImmutableArray.CreateBuilder<Coupon>(codes.Length);
        foreach (var code in codes)
        {
            if (await prices.Coupon(channel.Id, code, now, cancellationToken) is { } coupon)
            {
                coupons.Add(coupon);
            }
        }

        return coupons.DrainToImmutable();
    }

    private async ValueTask<ShippingRate?> Shipping(
        string? method, Channel channel, Discounted discounted, Destination destination, CancellationToken cancellationToken)
    {
        if (method is null)
        {
            return null;
        }

        var rates = await carriers.Rates(channel.Id, discounted.Basket.Currency, destination, discounted.Goods, cancellationToken);
        foreach (var rate in rates)
        {
            if (rate.Id == method)
            {
                return rate;
            }
        }

        throw new CommerceException(CartErrors.UnknownShippingMethod(method));
    }

    private async ValueTask<TaxQuote> Taxes(TaxRequest request, CancellationToken cancellationToken) =>
        await taxes.Quote(request, cancellationToken) switch
        {
            Outcome<TaxQuote>.Ok ok => ok.Value,
            Outcome<TaxQuote>.Rejected { Code: TaxErrors.UnknownRegionCode } =>
                throw new CommerceException(TaxErrors.UnknownRegion(request.Country, request.Region)),
            Outcome<TaxQuote>.Unavailable later => throw NoTaxes(later.RetryAfter),
            _ => throw NoTaxes(TaxesPause),
        };

    private static void MustServe(Channel channel, Destination destination)
    {
        if (!channel.Countries.Contains(destination.Country, StringComparer.Ordinal))
        {
            throw new CommerceException(CartErrors.CannotShipTo(destination.Country));
        }
    }

    private static CommerceException NoTaxes(TimeSpan retryAfter) =>
        new(CommonErrors.Unavailable("The taxes of this destination cannot be computed at the moment.", retryAfter));
}
