namespace Commerce;

public sealed class MoneyTests
{
    private static readonly Gen<long> Amount = Gen.Long[-1_000_000_000_000, 1_000_000_000_000];

    [Fact]
    public void What_is_added_can_be_taken_away_again() =>
        Gen.Select(Amount, Amount).Sample((a, b) => Eur(a) + Eur(b) - Eur(b) == Eur(a));

    [Fact]
    public void The_order_of_adding_does_not_matter() =>
        Gen.Select(Amount, Amount, Amount).Sample((a, b, c) => Eur(a) + (Eur(b) + Eur(c)) == Eur(c) + Eur(b) + Eur(a));

    [Fact]
    public void Multiplying_is_adding_again_and_again() =>
        Gen.Select(Amount, Gen.Int[0, 50]).Sample((a, times) =>
            Eur(a) * times == Enumerable.Repeat(Eur(a), times).Aggregate(Money.Zero("EUR"), (sum, one) => sum + one));

    [Fact]
    public void Amounts_are_ordered_as_their_minor_units() =>
        Gen.Select(Amount, Amount).Sample((a, b) =>
            (Eur(a) < Eur(b)) == (a < b) && (Eur(a) >= Eur(b)) == (a >= b) && Money.Min(Eur(a), Eur(b)).Amount == Math.Min(a, b));

    [Fact]
    public void Two_currencies_are_never_mixed()
    {
        var refused = Assert.Throws<CommerceException>(() => Eur(1) + new Money(1, "USD"));

        Assert.Equal("currency-mismatch", refused.Error.Code);
        Assert.Throws<CommerceException>(() => Eur(1) < new Money(1, "USD"));
    }

    [Fact]
    public void An_amount_that_is_too_large_is_an_error_and_never_wraps()
    {
        Assert.Throws<OverflowException>(() => Eur(long.MaxValue) + Eur(1));
        Assert.Throws<OverflowException>(() => Eur(long.MaxValue) * 2);
        Assert.Throws<OverflowException>(() => -Eur(long.MinValue));
    }

    [Fact]
    public void Any_arithmetic_is_exact_or_an_error() =>
        Gen.Select(Gen.Long, Gen.Long).Sample((a, b) =>
        {
            Same((Int128)a + b, () => Eur(a) + Eur(b));
            Same((Int128)a - b, () => Eur(a) - Eur(b));
            Same((Int128)a * b, () => Eur(a) * b);
            Same(-(Int128)a, () => -Eur(a));

            static void Same(Int128 exact, Func<Money> reckon)
            {
                if (exact >= long.MinValue && exact <= long.MaxValue)
                {
                    Assert.Equal((long)exact, reckon().Amount);
                }
                else
                {
                    Assert.Throws<OverflowException>(() => reckon());
                }
            }
        });

    [Theory]
    [InlineData(1299, "EUR", "12.99 EUR")]
    [InlineData(-5, "EUR", "-0.05 EUR")]
    [InlineData(1299, "JPY", "1299 JPY")]
    [InlineData(1299, "KWD", "1.299 KWD")]
    [InlineData(12_990, "CLF", "1.2990 CLF")]
    public void Money_is_written_with_the_digits_of_its_currency(long amount, string currency, string written) =>
        Assert.Equal(written, new Money(amount, currency).ToString());

    private static Money Eur(long amount) => new(amount, "EUR");
}
