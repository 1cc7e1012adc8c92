using Commerce.Pricing;

namespace Commerce.Tax;

/// <summary>Who knows what tax is due, and keeps the documents that say what was charged. The built-in one has rate tables; a vendor asks over HTTP.</summary>
/// <remarks>
/// Every implementation promises, and <c>TaxProviderConformance</c> holds it to: net + tax = gross for every item; the same document code never makes a second
/// document; a failure is an outcome, never a vendor's exception.
/// </remarks>
public interface ITaxProvider
{
    /// <summary>The name of the built-in one, which answers at once and never over HTTP.</summary>
    const string RateTables = "rate-tables";

    string Name { get; }

    /// <summary>Whether <see cref="Commit"/>, <see cref="Void"/> and <see cref="Refund"/> mean something there. Tables keep no documents: they answer <c>Ok</c> and do nothing.</summary>
    bool KeepsDocuments { get; }

    /// <summary>Whether a quote is a call over the network, which is worth remembering and may not be answered.</summary>
    bool IsRemote => KeepsDocuments;

    /// <summary>The tax of every item at a destination. Has no effect there. Whether taxes are contained in the amounts is the request's to say.</summary>
    ValueTask<Outcome<TaxQuote>> Quote(TaxRequest request, CancellationToken cancellationToken);

    /// <summary>Books the sale. Repeated with the same <see cref="TaxSale.Code"/> it answers the document that is there.</summary>
    Task<Outcome<TaxDocument>> Commit(TaxSale sale, CancellationToken cancellationToken);

    /// <summary>Takes a booked sale back as if it had never been. A document that is not there, or is void already, is <c>Ok</c>.</summary>
    Task<Outcome<TaxDocument>> Void(string code, CancellationToken cancellationToken);

    /// <summary>Books that a part was given back. Repeated with the same <see cref="TaxReturn.Code"/> it answers the document that is there.</summary>
    Task<Outcome<TaxDocument>> Refund(TaxReturn refund, CancellationToken cancellationToken);
}

/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Inclusive">Amounts contain the tax already.</param>
/// <param name="Export">Reserved for goods that leave the tax area: no tax is due.</param>
/// <param name="PostalCode">Its first characters as <see cref="Carts.Destination.PostalArea"/> has them; null while unknown.</param>
/// <param name="At">UTC, the time of the sale: rates and holidays are those of its date at the destination. Null: now.</param>
/// <param name="BusinessIn">The country whose VAT id of valid form the buyer gave: <c>FR</c>; null for a consumer.</param>
/// <param name="SellerIn">The country that the channel sells from; null: taxes know no seller, and reverse charge does not apply.</param>
public sealed record TaxRequest(
    string Country,
    string? Region,
    bool Inclusive,
    RoundingPolicy Rounding,
    ImmutableArray<TaxItem> Items,
    bool Export = false,
    string? PostalCode = null,
    DateTimeOffset? At = null,
    string? BusinessIn = null,
    string? SellerIn = null);

/// <param name="Id">The line's id, or <c>shipping</c>.</param>
/// <param name="Amount">What is paid for it after discounts, never negative.</param>
/// <param name="Quantity">Units, for policies that round by unit.</param>
/// <param name="Sku">Null for the shipping.</param>
public sealed record TaxItem(string Id, string TaxCategory, Money Amount, int Quantity, string? Sku = null);

/// <param name="Items">One entry for each item asked about, in that order.</param>
/// <param name="Arithmetic">Whether the amounts follow from the rates by the rounding policy, so that they can be computed again from these alone; false: they are as somebody answered them.</param>
public sealed record TaxQuote(ImmutableArray<ItemTax> Items, bool Arithmetic = false);

/// <param name="Net">The taxable amount: net + taxes = gross by construction.</param>
public sealed record ItemTax(string Id, Money Net, ImmutableArray<AppliedTax> Taxes);

/// <summary>A sale to be booked.</summary>
/// <param name="Code">Names the document for good: the order's id.</param>
/// <param name="Buyer">An id that names nobody: the contact's.</param>
/// <param name="Address">Full where it is known (it may have been erased); the vendor's precision depends on it.</param>
/// <param name="VatId">As the buyer gave it.</param>
/// <param name="Charged">The taxes that the order charged; a vendor that keeps documents notes the difference.</param>
public sealed record TaxSale(string Code, TaxRequest Request, string Buyer, Contacts.Address? Address, string? VatId, Money Charged);

/// <param name="Code">Names the refund's document for good.</param>
/// <param name="Of">Code of the sale.</param>
/// <param name="Request">The items given back, with what was given back for them.</param>
public sealed record TaxReturn(string Code, string Of, TaxRequest Request, string Buyer, Contacts.Address? Address);

/// <param name="Reference">The vendor's id of it; empty where none are kept.</param>
/// <param name="Tax">What it says is due, negative for a refund.</param>
public sealed record TaxDocument(string Code, string Reference, TaxDocumentStatus Status, Money Tax);

public enum TaxDocumentStatus
{
    /// <summary>Never booked.</summary>
    None = 0,
    Committed = 1,
    Voided = 2,
}
