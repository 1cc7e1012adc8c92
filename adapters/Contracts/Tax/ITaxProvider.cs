using Commerce.Pricing;

namespace Commerce.Tax;

/// <summary>Who knows what tax is due. The built-in one has rate tables; a vendor asks over HTTP.</summary>
public interface ITaxProvider
{
    string Name { get; }

    /// <summary>The tax of every item at a destination. Whether taxes are contained in the amounts is the request's to say.</summary>
    ValueTask<Outcome<TaxQuote>> Quote(TaxRequest request, CancellationToken cancellationToken);
}

/// <param name="Inclusive">Amounts contain the tax already.</param>
/// <param name="Export">Reserved for goods that leave the tax area: no tax is due.</param>
public sealed record TaxRequest(
    string Country,
    string? Region,
    bool Inclusive,
    RoundingPolicy Rounding,
    ImmutableArray<TaxItem> Items,
    bool Export = false);

/// <param name="Id">The line's id, or <c>shipping</c>.</param>
/// <param name="Amount">What is paid for it after discounts, never negative.</param>
/// <param name="Quantity">Units, for policies that round by unit.</param>
public sealed record TaxItem(string Id, string TaxCategory, Money Amount, int Quantity);

/// <param name="Items">One entry for each item asked about, in that order.</param>
public sealed record TaxQuote(ImmutableArray<ItemTax> Items);

/// <param name="Net">The taxable amount: net + taxes = gross by construction.</param>
public sealed record ItemTax(string Id, Money Net, ImmutableArray<AppliedTax> Taxes);
