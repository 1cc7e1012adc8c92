namespace Commerce.Pricing;

/// <summary>One computation of what promotions take off: the prices as they stand between two promotions. Lines are counted by SKU throughout.</summary>
internal sealed class Reckoning
{
    private readonly Basket basket;
    private readonly RoundingPolicy rounding;
    private readonly int[] order;
    private readonly long[] payable, off, meant;
    private readonly ImmutableArray<Adjustment>[]? adjustments;
    private readonly List<string>? applied;
    private ImmutableArray<Adjustment> shippingAdjustments = [];
    private long shippingPrice, shipping;

    public Reckoning(Basket basket, bool recording)
    {
        this.basket = basket;
        rounding = basket.Channel.Rounding;
        order = Canonical(basket.Lines);
        payable = new long[order.Length];
        off = new long[order.Length];
        meant = new long[order.Length];
        Reset();
        if (recording)
        {
            adjustments = new ImmutableArray<Adjustment>[order.Length];
            applied = [];
        }
    }

    /// <summary>Begins again at the prices before any promotion.</summary>
    public void Reset()
    {
        for (var i = 0; i < order.Length; i++)
        {
            payable[i] = Line(i).Subtotal.Amount;
        }

        shipping = shippingPrice = 0;
    }

    /// <summary>What is left to pay, minor units, before taxes on top.</summary>
    public long ToPay => checked(Sum(payable) + shipping);

    /// <summary>Applies promotions, which come by priority, phase by phase.</summary>
    public void Run(ImmutableArray<Promotion> promotions)
    {
        Phase(promotions, Target.Lines);
        Phase(promotions, Target.Order);
        if (basket.Shipping is { } rate)
        {
            shippingPrice = shipping = rate.PriceFor(new Money(Volume(null).Spend, basket.Currency)).Amount;
            Phase(promotions, Target.Shipping);
        }
    }

    public Discounted Result()
    {
        var lines = new DiscountedLine[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            lines[order[i]] = new DiscountedLine(new Money(payable[i], basket.Currency), adjustments![i].IsDefault ? [] : adjustments[i]);
        }

        return new Discounted(
            basket,
            ImmutableCollectionsMarshal.AsImmutableArray(lines),
            ImmutableCollectionsMarshal.AsImmutableArray(order),
            [.. applied!],
            new Money(Sum(payable), basket.Currency),
            basket.Shipping is { } rate
                ? new DiscountedShipping(new Money(shippingPrice, basket.Currency), new Money(shipping, basket.Currency), shippingAdjustments, rate.TaxCategory)
                : null);
    }

    private void Phase(ImmutableArray<Promotion> promotions, Target phase)
    {
        foreach (var promotion in promotions)
        {
            if (PhaseOf(promotion.Effect) != phase)
            {
                continue;
            }

            if (phase is Target.Shipping)
            {
                TakeOffShipping(promotion);
            }
            else
            {
                Array.Clear(off);
                Compute(promotion);
                TakeOffLines(promotion);
            }
        }
    }

    /// <summary>When a promotion works: on the lines, then on the order, then on the shipping.</summary>
    public static Target PhaseOf(Effect effect) => effect switch
    {
        PercentOff e => e.On,
        AmountOff e => e.On,
        FixedPrice e => e.On,
        Tiers e => e.On,
        _ => Target.Lines,
    };

    /// <summary>Writes to <see cref="off"/> how much a promotion takes off each line.</summary>
    private void Compute(Promotion promotion)
    {
        switch (promotion.Effect)
        {
            case PercentOff { On: Target.Lines } e:
                EachLine(e.Items, i => Part(i, e.Percentage));
                break;
            case PercentOff e:
                Spread(e.Items, sum => Part(sum, e.Percentage));
                break;
            case AmountOff { On: Target.Lines } e:
                var each = In(e.Amounts);
                EachLine(e.Items, i => checked(each * Line(i).Quantity));
                break;
            case AmountOff e:
                Spread(e.Items, _ => In(e.Amounts));
                break;
            case FixedPrice e when !Has(e.Amounts):
                break;
            case FixedPrice { On: Target.Lines } e:
                var price = In(e.Amounts);
                EachLine(e.Items, i => checked(payable[i] - (price * Line(i).Quantity)));
                break;
            case FixedPrice e:
                Spread(e.Items, sum => sum - In(e.Amounts));
                break;
            case Tiers { On: Target.Lines } e:
                EachLine(e.Items, i => Reached(e, Line(i).Quantity, Line(i).Subtotal.Amount) is { } step ? step.Percentage > 0 ? Part(i, step.Percentage) : In(step.Amounts) : 0);
                break;
            case Tiers e:
                var (units, spend) = Volume(e.Items);
                if (Reached(e, units, spend) is { } reached)
                {
                    Spread(e.Items, sum => reached.Percentage > 0 ? Part(sum, reached.Percentage) : In(reached.Amounts));
                }

                break;
            case BuyGet e:
                Rewards.Of(e, this, off);
                break;
            case Bundle e:
                Bundles.Of(e, this, off);
                break;
            case Gift:
                EachGift(promotion.Id);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Number of lines.</summary>
    public int Count => order.Length;

    /// <summary>The line at a position by SKU.</summary>
    public ref readonly BasketLine Line(int i) => ref basket.Lines.AsSpan()[order[i]];

    /// <summary>What the line costs as things stand.</summary>
    public long Payable(int i) => payable[i];

    /// <summary>Whether a promotion means the line. A gift is meant by nobody but its giver.</summary>
    public bool Means(ItemSelector? items, int i) => Line(i).GiftOf is null && Selection.Means(items, Line(i));

    /// <summary>An amount by currency; 0 where there is none.</summary>
    public long In(ImmutableArray<Money> amounts)
    {
        foreach (var amount in amounts)
        {
            if (amount.Currency == basket.Currency)
            {
                return amount.Amount;
            }
        }

        return 0;
    }

    /// <summary>Whether there is an amount in the basket's currency.</summary>
    public bool Has(ImmutableArray<Money> amounts)
    {
        foreach (var amount in amounts)
        {
            if (amount.Currency == basket.Currency)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A fraction of an amount. What is taken off is a negative amount, and is rounded as one; always to one minor unit, since in larger steps a
    /// lower price could leave more to pay.
    /// </summary>
    public long Part(decimal amount, decimal fraction) => -Rounding.Round(-(amount * fraction), rounding.Mode);

    /// <summary>An amount over lines by largest remainder, in the proportion that the policy asks for.</summary>
    public void SpreadOver(long amount, ReadOnlySpan<long> amounts, Span<long> shares)
    {
        if (rounding.SpreadBy is SpreadBy.Price || basket.Channel.TaxInclusive)
        {
            Apportion.LargestRemainder(amount, amounts, shares);
            return;
        }

        var gross = new long[amounts.Length];
        for (var i = 0; i < gross.Length; i++)
        {
            gross[i] = amounts[i] == 0 ? 0 : Math.Max(1, Rounding.Round(amounts[i] * (1m + Line(i).TaxRate), rounding.Mode));
        }

        Apportion.LargestRemainder(amount, gross, shares);
        Level(amounts, shares);
    }

    /// <summary>A line gives no more than it costs: what is too much for one goes to the others, the first first.</summary>
    private static void Level(ReadOnlySpan<long> most, Span<long> shares)
    {
        var over = 0L;
        for (var i = 0; i < shares.Length; i++)
        {
            over += Math.Max(0, shares[i] - most[i]);
            shares[i] = Math.Min(shares[i], most[i]);
        }

        for (var i = 0; over > 0 && i < shares.Length; i++)
        {
            var more = Math.Min(over, most[i] - shares[i]);
            shares[i] += more;
            over -= more;
        }
    }

    private long Part(int i, decimal fraction)
    {
        var quantity = Line(i).Quantity;

        return rounding.Level is RoundingLevel.Unit ? checked(Part((decimal)payable[i] / quantity, fraction) * quantity) : Part((decimal)payable[i], fraction);
    }

    private void EachLine(ItemSelector? items, Func<int, long> amount)
    {
        for (var i = 0; i < off.Length; i++)
        {
            off[i] = Means(items, i) ? Math.Clamp(amount(i), 0, payable[i]) : 0;
        }
    }

    private void EachGift(string promotion)
    {
        for (var i = 0; i < off.Length; i++)
        {
            off[i] = Line(i).GiftOf == promotion ? payable[i] : 0;
        }
    }

    private void Spread(ItemSelector? items, Func<long, long> amount)
    {
        for (var i = 0; i < meant.Length; i++)
        {
            meant[i] = Means(items, i) ? payable[i] : 0;
        }

        var sum = Sum(meant);
        var taken = Math.Clamp(amount(sum), 0, sum);
        if (taken > 0)
        {
            SpreadOver(taken, meant, off);
        }
    }

    private (int Units, long Spend) Volume(ItemSelector? items)
    {
        var (units, spend) = (0, 0L);
        for (var i = 0; i < order.Length; i++)
        {
            if (Means(items, i))
            {
                units += Line(i).Quantity;
                spend = checked(spend + Line(i).Subtotal.Amount);
            }
        }

        return (units, spend);
    }

    /// <summary>The highest step that is reached.</summary>
    private Tier? Reached(Tiers tiers, int units, long spend)
    {
        Tier? highest = null;
        foreach (var step in tiers.Steps)
        {
            var reached = step.FromSpend.IsEmpty ? units >= step.FromQuantity : Has(step.FromSpend) && spend >= In(step.FromSpend);
            if (reached && (highest is null || step.FromQuantity > highest.FromQuantity || In(step.FromSpend) > In(highest.FromSpend)))
            {
                highest = step;
            }
        }

        return highest;
    }

    private void TakeOffLines(Promotion promotion)
    {
        var effect = false;
        for (var i = 0; i < off.Length; i++)
        {
            if (off[i] == 0)
            {
                continue;
            }

            payable[i] -= off[i];
            effect = true;
            if (adjustments is not null)
            {
                var adjustment = Taken(promotion, off[i]);
                adjustments[i] = adjustments[i].IsDefault ? [adjustment] : adjustments[i].Add(adjustment);
            }
        }

        if (effect)
        {
            applied?.Add(promotion.Id);
        }
    }

    private void TakeOffShipping(Promotion promotion)
    {
        var amount = Math.Clamp(
            promotion.Effect switch
            {
                PercentOff e => Part((decimal)shipping, e.Percentage),
                AmountOff e => In(e.Amounts),
                FixedPrice e when Has(e.Amounts) => shipping - In(e.Amounts),
                _ => 0,
            },
            0,
            shipping);
        if (amount == 0)
        {
            return;
        }

        shipping -= amount;
        if (adjustments is not null)
        {
            shippingAdjustments = shippingAdjustments.Add(Taken(promotion, amount));
            applied!.Add(promotion.Id);
        }
    }

    private Adjustment Taken(Promotion promotion, long amount) => new(
        basket.CodeOf.TryGetValue(promotion.Id, out var code) ? "coupon:" + code : "promotion:" + promotion.Id, promotion.Reason, new Money(amount, basket.Currency))
    {
        Promotion = $"{promotion.Id}@{promotion.Version}",
    };

    /// <summary>Positions of the lines by SKU.</summary>
    private static int[] Canonical(ImmutableArray<BasketLine> lines)
    {
        var positions = new int[lines.Length];
        var sorted = true;
        for (var i = 0; i < positions.Length; i++)
        {
            positions[i] = i;
            sorted = sorted && (i == 0 || Compare(lines[i - 1], lines[i]) <= 0);
        }

        if (!sorted)
        {
            Array.Sort(positions, (a, b) => Compare(lines[a], lines[b]) is var difference and not 0 ? difference : a.CompareTo(b));
        }

        return positions;
    }

    private static int Compare(in BasketLine left, in BasketLine right) =>
        string.CompareOrdinal(left.Sku, right.Sku) is var bySku and not 0 ? bySku
        : string.CompareOrdinal(left.GiftOf, right.GiftOf) is var byGift and not 0 ? byGift
        : left.Quantity.CompareTo(right.Quantity);

    private static long Sum(ReadOnlySpan<long> amounts)
    {
        var sum = 0L;
        foreach (var amount in amounts)
        {
            sum = checked(sum + amount);
        }

        return sum;
    }
}
