using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tax;

/// <summary>The rules of a tax document, edge by edge.</summary>
public sealed class OrderTaxTests
{
    private static readonly OrderTax Committing = new OrderTax().Apply(new TaxSaleRequested("ord_1", "vendor", Euro(1_900), Estimated: true), At);

    [Fact]
    public void A_tax_document_moves_along_these_edges_and_no_others() => Assert.Equal(
        [
            "None --TaxSaleRequested--> Committing",
            "Committing --TaxSaleBooked--> Committed",
            "Committing --TaxVoidRequested--> Unwanted",
            "Committing --TaxRefundRequested--> Committing",
            "Committing --TaxAttemptFailed--> Committing",
            "Committed --TaxTruedUp--> Committed",
            "Committed --TaxVoidRequested--> Voiding",
            "Committed --TaxRefundRequested--> Committed",
            "Committed --TaxRefundBooked--> Committed",
            "Committed --TaxAttemptFailed--> Committed",
            "Unwanted --TaxSaleBooked--> Voiding",
            "Unwanted --TaxAttemptFailed--> Unwanted",
            "Voiding --TaxVoided--> Voided",
            "Voiding --TaxAttemptFailed--> Voiding",
        ],
        Edges(Pairs<OrderTaxStatus, OrderTaxEvent>((from, happened) => from is { } known ? OrderTax.Next(known, happened) : null)));

    [Fact]
    public void It_wakes_as_long_as_the_vendor_does_not_know_everything()
    {
        Assert.Equal(At, Committing.WakeAt);
        var failed = Committing.Apply(new TaxAttemptFailed("commit", "unavailable", At.AddSeconds(5)), At);
        Assert.Equal((At.AddSeconds(5), "commit: unavailable", 1), (failed.WakeAt, failed.Failure, failed.Failures));
        var booked = failed.Apply(new TaxSaleBooked("ref", Euro(2_000)), At);
        Assert.Equal((null, null, 0), (booked.WakeAt, booked.Failure, booked.Failures));
        var refunding = booked.Apply(new TaxRefundRequested("refund:1", Euro(100)), At.AddDays(1));
        Assert.Equal(At.AddDays(1), refunding.WakeAt);

        Assert.Null(refunding.Apply(new TaxRefundBooked("refund:1", "ref-2", Euro(-16)), At.AddDays(1)).WakeAt);
    }

    [Fact]
    public void A_refund_is_there_once() =>
        Assert.Equal("a refund twice", Committing.Apply(new TaxRefundRequested("refund:1", Euro(1)), At).Apply(new TaxRefundRequested("refund:1", Euro(1)), At).Violation);

    [Fact]
    public void A_refunds_code_is_short_and_its_own()
    {
        var order = Identity.New(Identity.Order);

        Assert.InRange(OrderTaxes.CodeOf(order, new string('x', 300)).Length, 1, 50);
        Assert.NotEqual(OrderTaxes.CodeOf(order, "refund:1"), OrderTaxes.CodeOf(order, "refund:2"));
    }

    private static Money Euro(long amount) => new(amount, "EUR");
}
