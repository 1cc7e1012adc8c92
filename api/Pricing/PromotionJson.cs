namespace Commerce.Pricing;

/// <param name="Code">The code, or what all that were made together begin with.</param>
/// <param name="Generated">How many were made together; 0: it is one code, as it stands.</param>
internal sealed record CouponJson(string Code, int? Uses = null, int? UsesPerCustomer = null, int Generated = 0)
{
    public static CouponJson Of(CouponCodes codes) => new(codes.Code, codes.Uses, codes.UsesPerCustomer, codes.Generated);
}

/// <summary>What a promotion is sent as. See <see cref="Promotion"/> for what the fields mean.</summary>
internal sealed record PromotionBody
{
    /// <summary>As in the address, if it is there at all.</summary>
    public string? Id { get; init; }
    public required string Reason { get; init; }
    public required Effect Effect { get; init; }
    public int Priority { get; init; }
    public Stacking Stacking { get; init; }
    public string? Group { get; init; }
    public ImmutableArray<string> Channels { get; init; } = [];
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? Until { get; init; }
    public PromotionConditions When { get; init; } = PromotionConditions.None;
    public ImmutableArray<CouponJson> Coupons { get; init; } = [];

    public Promotion Promotion(string id) => new()
    {
        Id = id,
        Reason = Reason,
        Effect = Effect,
        Priority = Priority,
        Stacking = Stacking,
        Group = Group,
        Channels = Channels,
        From = From,
        Until = Until,
        When = When,
        Coupons = [.. Coupons.Select(static c => new CouponCodes(c.Code, c.Uses, c.UsesPerCustomer, c.Generated))],
    };
}

/// <summary>A promotion as operators see it.</summary>
internal sealed record PromotionJson
{
    public required string Id { get; init; }
    public required int Version { get; init; }

    /// <summary>Whether it counts now.</summary>
    public required PromotionPhase State { get; init; }

    /// <summary>Absent for one of the shop's files.</summary>
    public DateTimeOffset? PublishedAt { get; init; }
    public string? PublishedBy { get; init; }

    /// <summary>Whether it was ended for good at that time.</summary>
    public bool Withdrawn { get; init; }
    public required string Reason { get; init; }
    public required Effect Effect { get; init; }
    public required int Priority { get; init; }
    public required Stacking Stacking { get; init; }
    public string? Group { get; init; }
    public required ImmutableArray<string> Channels { get; init; }
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? Until { get; init; }
    public required PromotionConditions When { get; init; }
    public required ImmutableArray<CouponJson> Coupons { get; init; }

    public static PromotionJson Of(Published<Promotion> published, DateTimeOffset now)
    {
        var promotion = published.Document;

        return new PromotionJson
        {
            Id = promotion.Id,
            Version = published.Version,
            State = published.IsWithdrawn ? PromotionPhase.Over : promotion.PhaseAt(now),
            PublishedAt = published.At,
            PublishedBy = published.By,
            Withdrawn = published.IsWithdrawn,
            Reason = promotion.Reason,
            Effect = promotion.Effect,
            Priority = promotion.Priority,
            Stacking = promotion.Stacking,
            Group = promotion.Group,
            Channels = promotion.Channels,
            From = promotion.From,
            Until = published.IsWithdrawn ? published.At : promotion.Until,
            When = promotion.When,
            Coupons = [.. promotion.Coupons.Select(CouponJson.Of)],
        };
    }
}

/// <param name="Count">1 to 100,000.</param>
/// <param name="Prefix">What all of them begin with: capital letters, digits, dashes.</param>
/// <param name="Uses">How often each can be used; 1 when absent.</param>
/// <param name="UsesPerCustomer">How often by one customer, who has to be signed in then.</param>
internal sealed record NewCodesBody(int Count, string Prefix, int Uses = 1, int? UsesPerCustomer = null);
