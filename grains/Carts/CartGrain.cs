using Commerce.Contacts;
using Commerce.Journal;
using Commerce.Pricing;
using Commerce.Tax;
using Orleans.Placement;

namespace Commerce.Carts;

/// <inheritdoc cref="ICartGrain"/>
[GrainType("cart"), PreferLocalPlacement, CollectionAgeLimit(Minutes = 5)]
internal sealed class CartGrain(CartPricing pricing, PriceMeters meters) : AggregateGrain<Cart, CartEvent>, ICartGrain
{
    /// <summary>Quotes that are remembered to tell a shopper what has changed; more tabs than these are not open at once.</summary>
    private const int ShownQuotes = 4;

    /// <summary>How long taxes that could not be had are not asked for again.</summary>
    private static readonly TimeSpan TaxesPause = TimeSpan.FromSeconds(2);

    /// <summary>The priced cart, as long as the cart stands still and the price holds.</summary>
    private (Cart Of, Quote Quote, DateTimeOffset At)? priced;

    /// <summary>What was shown last, the latest first.</summary>
    private ImmutableArray<Quote> shown = [];

    public async Task<Reply<CartView>> Create(Request request, CreateCart command)
    {
        if (IsRepeated(request))
        {
            return new Reply<CartView>(await View(), true);
        }

        var (_, events) = await Opening(command);
        await Commit(request, [.. events]);
        return new Reply<CartView>(await View(), false);
    }

    public async Task Fill(Request request, FillCart command)
    {
        if (IsRepeated(request) && State.Destination is not null)
        {
            return;
        }

        // A version before this one filled carts step by step, and may have come only so far.
        var (cart, events) = State.Status is CartStatus.None ? await Opening(command.Cart) : (State, []);
        var person = command.Contact is { } given ? Known(given, "/contact") : null;
        var (address, destination) = (command.Destination, DestinationOf(command.Destination, BusinessIn(person)));
        try
        {
            await pricing.Price(cart with { Destination = destination, ShippingMethod = null }, Now);
        }
        catch (CommerceException refusal) when (refusal.Error.Pointer is { } pointer)
        {
            throw new CommerceException(refusal.Error with { Pointer = "/destination" + pointer });
        }

        cart = cart with { Destination = destination };
        if (command.ShippingMethod is { } method && !(await pricing.Offers(cart, Now)).Any(offer => offer.Rate.Id == method))
        {
            throw new CommerceException(CartErrors.UnknownShippingMethod(method) with { Pointer = "/shippingMethod" });
        }

        await GrainFactory.Contact(ContactId).Set(person, address);
        await Commit(
            request,
            [
                .. events,
                .. person is null ? ReadOnlySpan<CartEvent>.Empty : [new ContactGiven(destination.BusinessIn)],
                new DestinationGiven(destination),
                .. command.ShippingMethod is null ? ReadOnlySpan<CartEvent>.Empty : [new ShippingMethodChosen(command.ShippingMethod)],
            ]);
    }

    public async Task<CartView?> Get(string? owner)
    {
        if (State.Status is CartStatus.None || (owner is not null && owner != State.Owner))
        {
            return null;
        }

        if (State is { Status: CartStatus.Active, CheckoutId: null } && HoldIsOver)
        {
            await Commit(new CartRepriced());
        }

        return await View();
    }

    public Task<Reply<CartView>> AddLine(Request request, NewLine line) => Change(request, () => Adding(State, line, ""));

    public Task<Reply<CartView>> ChangeLine(Request request, string lineId, int quantity) => Change(request, () =>
    {
        var line = State.Lines.FirstOrDefault(l => l.Id == lineId) ?? throw new CommerceException(CartErrors.UnknownLine(lineId));
        return quantity is < 1 or > CartErrors.MaxQuantity
            ? throw new CommerceException(CartErrors.InvalidQuantity("/quantity"))
            : Event(line.Quantity == quantity ? null : new LineChanged(lineId, quantity));
    });

    public Task<Reply<CartView>> RemoveLine(Request request, string lineId) => Change(request, () => Event(new LineRemoved(lineId)));

    public Task<Reply<CartView>> AddCoupon(Request request, string code) => Change(request, async () =>
    {
        var coupon = await pricing.Coupon(State, code);
        if (State.Coupons.Contains(coupon))
        {
            return null;
        }

        return State.Coupons.Length >= CartErrors.MaxCoupons
            ? throw new CommerceException(CartErrors.TooManyCoupons)
            : new CouponAdded(coupon);
    });

    public Task<Reply<CartView>> RemoveCoupon(Request request, string code) => Change(request, () =>
        Event(State.Coupons.FirstOrDefault(c => c.Equals(code, StringComparison.OrdinalIgnoreCase)) is { } found ? new CouponRemoved(found) : null));

    public Task<Reply<CartView>> SetContact(Request request, Person person) => Change(request, async () =>
    {
        person = Known(person, "");
        var business = BusinessIn(person);
        await GrainFactory.Contact(ContactId).SetPerson(person);
        return State.HasContact && State.BusinessIn == business ? null : new ContactGiven(business);
    });

    public Task<Reply<CartView>> SetDestination(Request request, Address address) => Change(request, async () =>
    {
        var destination = DestinationOf(address, State.BusinessIn);
        // Priced before it is taken: a country that is not served, a region that taxes need and nobody knows are refused here, not at the checkout.
        await pricing.Price(State with { Destination = destination, ShippingMethod = null }, Now);
        await GrainFactory.Contact(ContactId).SetAddress(address);
        return State.Destination == destination ? null : new DestinationGiven(destination);
    });

    public async Task<ImmutableArray<ShippingMethodView>> ShippingMethods(string? owner)
    {
        Demand(owner);
        return [.. (await pricing.Offers(State, Now)).Select(offer => new ShippingMethodView(offer.Rate.Id, offer.Rate.Name, offer.Price, offer.Rate.MinDays, offer.Rate.MaxDays, offer.Rate.Earliest, offer.Rate.Latest))];
    }

    public Task<Reply<CartView>> SetShippingMethod(Request request, string method) => Change(request, async () =>
    {
        if (State.Destination is null)
        {
            throw new CommerceException(CartErrors.DestinationMissing with { Pointer = "/id" });
        }

        return (await pricing.Offers(State, Now)).Any(offer => offer.Rate.Id == method)
            ? method == State.ShippingMethod ? null : new ShippingMethodChosen(method)
            : throw new CommerceException(CartErrors.UnknownShippingMethod(method));
    });

    public async Task<FrozenCart> Freeze(string? owner, string? quoteId)
    {
        try
        {
            return await Frozen(owner, quoteId);
        }
        catch (CommerceException refusal) when (refusal.Error.Kind is not (ErrorKind.Unavailable or ErrorKind.Busy))
        {
            await DemandCurrent();
            throw;
        }
    }

    public async Task<CommerceError?> Claim(string checkoutId, string quoteId)
    {
        if (State.CheckoutId == checkoutId)
        {
            return null;
        }

        if (Unclaimable(checkoutId) is { } refusal)
        {
            await DemandCurrent();
            return refusal;
        }

        // What was frozen a moment ago holds, even if its time has run out since.
        var quote = priced is { } known && ReferenceEquals(known.Of, State) ? known.Quote : await Price();
        if (quote.Id != quoteId)
        {
            await DemandCurrent();
            return CartErrors.PriceChanged(quote);
        }

        await Commit(new CartClaimed(checkoutId, quoteId));
        priced = (State, quote, Now); // the checkout takes the coupon's uses now, which must not look used up to its own cart
        return null;
    }

    public async Task Release(string checkoutId)
    {
        if (State.Status is CartStatus.Active && State.CheckoutId == checkoutId)
        {
            await Commit(new CartReleased(checkoutId));
        }
        else if (State.Status is CartStatus.Active)
        {
            await DemandCurrent(); // one that has fallen behind does not know the claim, and would leave it for good
        }
    }

    public async Task Close(string checkoutId, string orderId)
    {
        if (State.Status is CartStatus.Active && State.CheckoutId == checkoutId)
        {
            await Commit(new CartCheckedOut(checkoutId, orderId));
            DeactivateOnIdle(); // it is history now; who looks at it again has it read from the journal
        }
        else if (State.Status is CartStatus.Active)
        {
            await DemandCurrent();
        }
    }

    public override async Task Wake()
    {
        if (State.WakeAt is { } due && due <= Now)
        {
            await Commit(new CartAbandoned());
        }
    }

    private string ContactId => Id.As(Identity.Contact);

    private static ValueTask<CartEvent?> Event(CartEvent? happened) => ValueTask.FromResult(happened);

    private async Task<Reply<CartView>> Change(Request request, Func<ValueTask<CartEvent?>> decide)
    {
        Demand(request.Owner);
        var repeated = IsRepeated(request);
        if (!repeated)
        {
            if (Unclaimable(null) is { } refusal)
            {
                throw new CommerceException(refusal);
            }

            if (await decide() is { } happened)
            {
                await Commit(request, happened);
            }
        }

        return new Reply<CartView>(await View(), repeated);
    }

    /// <summary>What opens a cart, and the cart as it will be.</summary>
    private async Task<(Cart Cart, List<CartEvent> Events)> Opening(CreateCart command)
    {
        var channel = pricing.Channel(command.Channel);
        var currency = command.Currency ?? channel.Currencies[0];
        if (!channel.Currencies.Contains(currency))
        {
            throw new CommerceException(CartErrors.CurrencyNotSold(currency, channel.Id, string.Join(", ", channel.Currencies)));
        }

        List<CartEvent> events = [new CartOpened(command.Owner, channel.Id, currency)];
        var cart = new Cart().Apply(events[0], Now);
        for (var i = 0; i < command.Lines.Length; i++)
        {
            var added = (await Adding(cart, command.Lines[i], $"/lines/{i}"))!;
            cart = cart.Apply(added, Now);
            events.Add(added);
        }

        return (cart, events);
    }

    /// <summary>The person, whose VAT id is of valid form if there is one.</summary>
    private static Person Known(Person person, string pointer) => person.VatId is { } given
        ? person with { VatId = VatId.Read(given)?.Text ?? throw new CommerceException(CartErrors.InvalidVatId with { Pointer = pointer + CartErrors.InvalidVatId.Pointer }) }
        : person;

    private static string? BusinessIn(Person? person) => person?.VatId is { } given ? VatId.Read(given)?.Country : null;

    private static Destination DestinationOf(Address address, string? businessIn) => new(address.Country, address.Region, Destination.PostalAreaOf(address.PostalCode), businessIn);

    /// <summary>A new line, or a line that grows because the SKU is in the cart already.</summary>
    private async ValueTask<CartEvent?> Adding(Cart cart, NewLine line, string pointer)
    {
        if (line.Quantity is < 1 or > CartErrors.MaxQuantity)
        {
            throw new CommerceException(CartErrors.InvalidQuantity(pointer + "/quantity"));
        }

        if (!await pricing.Sells(cart, line.Sku))
        {
            throw new CommerceException(CartErrors.UnknownSku(line.Sku, pointer + "/sku"));
        }

        if (cart.LineOf(line.Sku) is { } existing)
        {
            return existing.Quantity + line.Quantity > CartErrors.MaxQuantity
                ? throw new CommerceException(CartErrors.InvalidQuantity(pointer + "/quantity"))
                : new LineChanged(existing.Id, existing.Quantity + line.Quantity);
        }

        return cart.Lines.Length >= CartErrors.MaxLines
            ? throw new CommerceException(CartErrors.TooManyLines(pointer.Length == 0 ? "/sku" : pointer))
            : new LineAdded($"line_{cart.LinesEver + 1}", line.Sku, line.Quantity);
    }

    private void Demand(string? owner)
    {
        if (State.Status is CartStatus.None || (owner is not null && owner != State.Owner))
        {
            throw new CommerceException(CommonErrors.NotFound(Id));
        }
    }

    private async Task<FrozenCart> Frozen(string? owner, string? quoteId)
    {
        Demand(owner);
        if (Unclaimable(null) is { } refusal)
        {
            throw new CommerceException(refusal);
        }

        if (State.Lines.IsEmpty)
        {
            throw new CommerceException(CartErrors.Empty);
        }

        var destination = State.Destination ?? throw new CommerceException(CartErrors.DestinationMissing);
        var quote = await Price();
        if (quote.TaxPending)
        {
            throw new CommerceException(CartErrors.TaxesPending);
        }

        if (quoteId is not null && quoteId != quote.Id)
        {
            await DemandSame(quoteId, quote);
        }

        if (quote.Shipping is null)
        {
            throw new CommerceException(CartErrors.NoShippingMethod);
        }

        var channel = pricing.Channel(State.Channel);
        return new FrozenCart(State.Owner, ContactId, destination, quote, channel.PaymentProvider);
    }

    /// <summary>Why the cart cannot be changed or claimed now; null when it can.</summary>
    private CommerceError? Unclaimable(string? by) => State switch
    {
        { Status: CartStatus.CheckedOut } => CartErrors.CheckedOut(State.OrderId),
        { CheckoutId: { } other } when other != by => CartErrors.InCheckout(other),
        { Status: not CartStatus.Active } => CommonErrors.NotNow("cart", State.Status.ToString().ToLowerInvariant(), "change", []),
        _ => null,
    };

    /// <summary>A shopper who saw another quote goes on only if it charges the same for the same; otherwise the difference is noted, and told.</summary>
    private async Task DemandSame(string shownId, Quote quote)
    {
        var seen = shown.FirstOrDefault(s => s.Id == shownId);
        if (seen is not null && Differing.ChargesTheSame(seen, quote))
        {
            return;
        }

        var changes = seen is null ? [] : Differing.Between(seen, quote);
        ImmutableArray<string> causes = [.. changes.Select(c => c.What).Where(what => what is not "total").Distinct(StringComparer.Ordinal)];
        meters.Drifted(State.Channel, causes, seen is null ? null : quote.Totals.Total.Amount - seen.Totals.Total.Amount);
        if (seen is not null)
        {
            await Commit(new CartPriceDrifted(shownId, quote.Id, seen.Totals.Total, quote.Totals.Total, causes));
        }

        throw new CommerceException(CartErrors.PriceChanged(quote) with { Shown = seen, Changes = changes });
    }

    private bool HoldIsOver => State.PricedAt + pricing.Channel(State.Channel).QuoteLifetime <= Now;

    /// <summary>The cart at the prices that were shown, as long as these hold; at those of this moment otherwise, and once nothing can change any more.</summary>
    private async ValueTask<Quote> Price()
    {
        if (priced is { } known && ReferenceEquals(known.Of, State) && known.Quote.ValidUntil > Now && !(known.Quote.TaxPending && known.At + TaxesPause <= Now))
        {
            return known.Quote;
        }

        var state = State;
        var quote = await pricing.Price(state, state.Status is CartStatus.Active && !HoldIsOver ? state.PricedAt : Now);
        priced = (state, quote, Now);
        return quote;
    }

    private async ValueTask<Quote> Show()
    {
        var quote = await Price();
        if (shown is not [var last, ..] || last.Id != quote.Id)
        {
            shown = [quote, .. shown.Where(s => s.Id != quote.Id).Take(ShownQuotes - 1)];
        }

        return quote;
    }

    private async Task<CartView> View() => new()
    {
        Id = Id,
        Version = Version,
        Status = State.Status,
        Owner = State.Owner,
        ContactId = ContactId,
        HasContact = State.HasContact,
        Destination = State.Destination,
        ShippingMethod = State.ShippingMethod,
        Coupons = State.Coupons,
        Quote = await Show(),
        CheckoutId = State.CheckoutId,
        OrderId = State.OrderId,
        CreatedAt = State.CreatedAt,
        UpdatedAt = State.UpdatedAt,
    };
}
