using Commerce.Payments;

namespace Commerce.Tests.Payments;

/// <summary>Stripe counts minor units its own way; an amount is never changed to fit.</summary>
public sealed class StripeAmountTests
{
    [Theory]
    [InlineData("EUR", 1299, 1299)]
    [InlineData("JPY", 1299, 1299)]
    [InlineData("KWD", 5120, 5120)]
    [InlineData("ISK", 500, 50000)]
    [InlineData("UGX", 500, 50000)]
    [InlineData("MGA", 50000, 500)]
    public void An_amount_goes_out_and_comes_back_the_same(string currency, long ours, long stripes)
    {
        Assert.True(StripeAmounts.TryWrite(new Money(ours, currency), out var written, out _));

        Assert.Equal(stripes, written);
        Assert.Equal(new Money(ours, currency), StripeAmounts.Read(written, currency.ToLowerInvariant()));
    }

    [Theory]
    [InlineData("KWD", 5124)]
    [InlineData("MGA", 550)]
    [InlineData("CLF", 10000)]
    [InlineData("EUR", 0)]
    [InlineData("EUR", -1)]
    public void An_amount_that_Stripe_cannot_hold_is_refused_and_not_altered(string currency, long amount)
    {
        Assert.False(StripeAmounts.TryWrite(new Money(amount, currency), out _, out var refusal));
        Assert.NotEmpty(refusal);
    }

    [Theory]
    [InlineData(-1, "eur")]
    [InlineData(50, "isk")]
    [InlineData(1, "euro")]
    [InlineData(1, null)]
    public void An_amount_that_cannot_be_is_not_read(long amount, string? currency) => Assert.Null(StripeAmounts.Read(amount, currency));
}
