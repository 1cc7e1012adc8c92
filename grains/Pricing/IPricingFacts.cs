namespace Commerce.Pricing;

/// <summary>What pricing has to ask the rest of the shop, and only when a promotion wants to know.</summary>
internal interface IPricingFacts
{
    /// <summary>Whether the customer has an order already that was not cancelled.</summary>
    ValueTask<bool> HasOrdered(string customerId);

    /// <summary>Whether a use is left.</summary>
    ValueTask<bool> IsLeft(LimitedUse use);

    /// <summary>What a gift is; null when there is no such SKU, or not so many in stock.</summary>
    ValueTask<BasketItem?> Gift(string lineId, string sku, int quantity);
}
