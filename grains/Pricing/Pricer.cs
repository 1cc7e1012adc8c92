using Commerce.Carts;
using Commerce.Shipping;
using Commerce.Tax;

namespace Commerce.Pricing;

/// <summary>Prices baskets: looks up what applies, and lets the pricing function decide. Keeps nothing; one serves every grain of a silo.</summary>
/// <remarks>Completes synchronously when its providers do, as the built-in ones always do.</remarks>
internal sealed class Pricer(PriceBooks books, IChannels channels, TaxDesk taxes, IShippingProvider carriers, IPricingFacts facts, TimeProvider clock)
{
    /// <summary>What a basket costs, now or at the moment that it names.</summary>
    /// <exception cref="CommerceException">
    /// A code of <see cref="CartErrors"/> for an unknown channel, currency, SKU, destination or shipping method; <see cref="TaxErrors"/> for a region.
    /// Taxes that cannot be had are no error here: the quote says that they are pending.
    /// </exception>
    public async ValueTask<Quote> Price(BasketRequest request, CancellationToken cancellationToken = default)
    {
        var at = request.At ?? clock.GetUtcNow();
        var (basket, terms) = await Basket(request, at);
        if (request.Destination is not { } destination)
        {
            return Quoting.Total(Discounting.Apply(basket), terms, null);
        }

        MustServe(basket.Channel, destination);
        var discounted = Discounting.Apply(basket with { Shipping = await Shipping(request, basket, destination, at, cancellationToken) });

        return Quoting.Total(discounted, terms, await taxes.Assess(basket.Channel, discounted.TaxRequest(destination, at), cancellationToken));
    }

    /// <summary>The ways to ship a basket to its destination with what each would cost, cheapest first; none without a destination.</summary>
    public async ValueTask<ImmutableArray<ShippingOffer>> ShippingMethods(BasketRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Destination is not { } destination)
        {
            return [];
        }

        var at = request.At ?? clock.GetUtcNow();
        var (basket, _) = await Basket(request, at);
        MustServe(basket.Channel, destination);

        return Offers(basket, await Rates(request, basket, destination, at, cancellationToken));
    }

    /// <summary>Whether the channel sells the SKU to that customer, there and now.</summary>
    public async ValueTask<bool> Sells(BasketRequest request, string sku)
    {
        var book = await books.Current();

        return book.Price(Question(request, CurrencyOf(Channel(request.Channel), request.Currency), book, request.At ?? clock.GetUtcNow()), sku, int.MaxValue) is not null;
    }

    /// <summary>The price of one unit for anybody, now; null when the channel does not sell it.</summary>
    public async ValueTask<(Money Price, Money? CompareAt)?> ListPrice(string channel, string currency, string sku) =>
        (await books.Current()).Price(new PriceQuestion(channel, currency, null, [], null, clock.GetUtcNow()), sku, 1) is { } listed
            ? (new Money(listed.Price.Amount, currency), listed.Price.CompareAt is { } before ? new Money(before, currency) : null)
            : null;

    /// <summary>The channel of that id, or <c>unknown-channel</c>.</summary>
    public Channel Channel(string id) => channels.All.GetValueOrDefault(id) ?? throw new CommerceException(CartErrors.UnknownChannel(id));

    /// <summary>
    /// The code as it is spelt, when it can be given to this basket at all: one that nobody knows, that is over, not for this channel or used up is refused.
    /// One whose conditions do not hold yet is taken, and the quote says what is missing.
    /// </summary>
    public async ValueTask<string> Coupon(BasketRequest request, string code)
    {
        var at = request.At ?? clock.GetUtcNow();
        var found = (await books.Current()).Coupon(code, at) ?? throw new CommerceException(CartErrors.UnknownCoupon(code));
        var spelt = code.ToUpperInvariant();
        var shopping = new Shopping(request.Channel, "", [], request.CustomerId, [], null, null, at);
        if (Eligibility.Refusal(found.Promotion with { When = PromotionConditions.None }, shopping) is { } refusal)
        {
            throw new CommerceException(CouponRefusals.Error(refusal.Code, refusal.Message));
        }

        foreach (var use in Eligibility.Uses(found.Promotion, found.Codes, spelt, request.CustomerId))
        {
            if (!await facts.IsLeft(use))
            {
                throw new CommerceException(CouponRefusals.Error(CouponRefusals.UsedUp, UsedUp));
            }
        }

        return spelt;
    }

    /// <summary>The currency to price in: the one asked for, or the channel's first; <c>currency-mismatch</c> when it does not sell in it.</summary>
    public static string CurrencyOf(Channel channel, string? asked) => asked is null
        ? channel.Currencies[0]
        : channel.Currencies.Contains(asked, StringComparer.Ordinal)
            ? asked
            : throw new CommerceException(CartErrors.CurrencyNotSold(asked, channel.Id, string.Join(", ", channel.Currencies)));

    private const string UsedUp = "This code has been used as often as it can be.";

    private static PriceQuestion Question(BasketRequest request, string currency, PriceBook book, DateTimeOffset at) =>
        new(request.Channel, currency, request.CustomerId, book.GroupsOf(request.CustomerId), request.Destination?.Country, at);

    private async ValueTask<(Basket Basket, Terms Terms)> Basket(BasketRequest request, DateTimeOffset at)
    {
        var channel = Channel(request.Channel);
        var book = await books.Current();
        var question = Question(request, CurrencyOf(channel, request.Currency), book, at);
        var lines = Lines(request, book, question);
        var terms = new Terms(at, at + channel.QuoteLifetime, request.Destination) { CustomerGroups = question.Groups };
        if (book.Promotions.IsEmpty)
        {
            return (new Basket(channel, question.Currency, lines, []), terms with { Coupons = [.. request.Coupons.Select(Nobodys)] });
        }

        var shopping = new Shopping(channel.Id, question.Currency, lines, request.CustomerId, question.Groups, await HasOrdered(request, book, at), question.Country, at);
        var inForce = ImmutableArray.CreateBuilder<Promotion>();
        foreach (var promotion in book.Promotions)
        {
            if (!promotion.Coupons.IsEmpty || Eligibility.Refusal(promotion, shopping) is not null)
            {
                continue;
            }

            if (Eligibility.FirstOrder(promotion, shopping.CustomerId) is not { } first)
            {
                inForce.Add(promotion);
            }
            else if (await facts.IsLeft(first))
            {
                inForce.Add(promotion);
                terms = terms with { Uses = terms.Uses.Add(first) };
            }
        }

        var codeOf = ImmutableDictionary<string, string>.Empty;
        if (!request.Coupons.IsDefaultOrEmpty)
        {
            var (outcomes, uses) = (ImmutableArray.CreateBuilder<CouponOutcome>(), ImmutableArray.CreateBuilder<LimitedUse>());
            foreach (var code in request.Coupons)
            {
                var outcome = await Redeem(code, book, shopping, inForce, uses);
                outcomes.Add(outcome);
                codeOf = outcome is { Why: null, Promotion: { } id } ? codeOf.SetItem(id, outcome.Code) : codeOf;
            }

            inForce.Sort(static (one, other) => other.Priority.CompareTo(one.Priority) is var byPriority and not 0 ? byPriority : string.CompareOrdinal(one.Id, other.Id));
            terms = terms with { Coupons = outcomes.DrainToImmutable(), Uses = terms.Uses.AddRange(uses.DrainToImmutable()) };
        }

        lines = await WithGifts(lines, inForce, book, question);

        return (new Basket(channel, question.Currency, lines, inForce.DrainToImmutable()) { CodeOf = codeOf }, terms);
    }

    /// <summary>Switches on what a code stands for, or says why not.</summary>
    private async ValueTask<CouponOutcome> Redeem(
        string code, PriceBook book, Shopping shopping, ImmutableArray<Promotion>.Builder inForce, ImmutableArray<LimitedUse>.Builder uses)
    {
        code = code.ToUpperInvariant();
        if (book.Coupon(code, shopping.At) is not { } found)
        {
            return Nobodys(code);
        }

        var (promotion, codes) = found;
        if (Eligibility.Refusal(promotion, shopping) is { } refusal)
        {
            return new CouponOutcome(code, promotion.Id, refusal.Code, refusal.Message);
        }

        if (codes.UsesPerCustomer is not null && shopping.CustomerId is null)
        {
            return new CouponOutcome(code, promotion.Id, CouponRefusals.SignIn, "This code is counted for each customer. Sign in to use it.");
        }

        var taken = Eligibility.Uses(promotion, codes, code, shopping.CustomerId).ToImmutableArray();
        foreach (var use in taken)
        {
            if (!await facts.IsLeft(use))
            {
                return new CouponOutcome(code, promotion.Id, CouponRefusals.UsedUp, UsedUp);
            }
        }

        if (!inForce.Any(p => p.Id == promotion.Id))
        {
            inForce.Add(promotion);
            uses.AddRange(taken);
        }

        return new CouponOutcome(code, promotion.Id);
    }

    private static CouponOutcome Nobodys(string code) => new(code, null, CouponRefusals.Unknown, "Nobody knows this code.");

    private async ValueTask<bool?> HasOrdered(BasketRequest request, PriceBook book, DateTimeOffset at)
    {
        foreach (var promotion in book.Promotions)
        {
            if (promotion.When.FirstOrder && PriceBook.InForce(promotion, at))
            {
                return request.CustomerId is { } customer && await facts.HasOrdered(customer);
            }
        }

        return null;
    }

    private static ImmutableArray<BasketLine> Lines(BasketRequest request, PriceBook book, PriceQuestion question)
    {
        var lines = new BasketLine[request.Items.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            var item = request.Items[i];
            lines[i] = Line(item, book.Price(question, item.Sku, item.Quantity) ?? throw new CommerceException(CartErrors.UnknownSku(item.Sku)), question.Currency);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(lines);
    }

    private static BasketLine Line(BasketItem item, Listed listed, string currency) =>
        new(item.LineId, item.Sku, item.Name, item.Quantity, new Money(listed.Price.Amount, currency), item.TaxCategory)
        {
            PriceList = listed.List,
            CompareAt = listed.Price.CompareAt,
            Product = item.Product,
            Category = item.Category,
            Tags = item.Tags,
        };

    private async ValueTask<ImmutableArray<BasketLine>> WithGifts(
        ImmutableArray<BasketLine> lines, ImmutableArray<Promotion>.Builder inForce, PriceBook book, PriceQuestion question)
    {
        foreach (var promotion in inForce)
        {
            if (promotion.Effect is Gift gift
                && !lines.IsEmpty
                && await facts.Gift("gift_" + promotion.Id, gift.Sku, gift.Quantity) is { } item
                && book.Price(question, gift.Sku, gift.Quantity) is { } listed)
            {
                lines = lines.Add(Line(item, listed, question.Currency) with { GiftOf = promotion.Id });
            }
        }

        return lines;
    }

    private async ValueTask<ShippingRate?> Shipping(BasketRequest request, Basket basket, Destination destination, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var rates = await Rates(request, basket, destination, at, cancellationToken);
        if (request.ShippingMethod is { } method)
        {
            foreach (var rate in rates)
            {
                if (rate.Id == method)
                {
                    return rate;
                }
            }
        }

        return rates.Length < 2 ? rates.FirstOrDefault() : Offers(basket, rates)[0].Rate;
    }

    private ValueTask<ImmutableArray<ShippingRate>> Rates(BasketRequest request, Basket basket, Destination destination, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var grams = 0L;
        foreach (var item in request.Items)
        {
            grams = checked(grams + (item.Grams * item.Quantity));
        }

        return carriers.Rates(new ShippingRequest(basket.Channel.Id, basket.Currency, destination, grams, at), cancellationToken);
    }

    private static ImmutableArray<ShippingOffer> Offers(Basket basket, ImmutableArray<ShippingRate> rates) =>
    [
        .. rates.Select(rate => new ShippingOffer(rate, Discounting.Apply(basket with { Shipping = rate }).Shipping!.Payable)).OrderBy(offer => offer.Price.Amount),
    ];

    private static void MustServe(Channel channel, Destination destination)
    {
        if (!channel.Countries.Contains(destination.Country, StringComparer.Ordinal))
        {
            throw new CommerceException(CartErrors.CannotShipTo(destination.Country));
        }
    }
}

/// <summary>A way to ship, with what it costs for one basket.</summary>
internal sealed record ShippingOffer(ShippingRate Rate, Money Price);
