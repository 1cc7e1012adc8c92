namespace Commerce;

public sealed class CurrencyTests
{
    [Fact]
    public void Every_code_is_three_capital_letters() => Assert.All(Currency.All, code => Assert.Matches("^[A-Z]{3}$", code));

    [Fact]
    public void The_list_is_whole() => Assert.Equal(180, Currency.All.Length);

    [Theory]
    [InlineData("EUR")]
    [InlineData("USD")]
    [InlineData("JPY")]
    [InlineData("CHF")]
    [InlineData("XCG")]
    public void A_listed_currency_is_known(string code) => Assert.True(Currency.IsKnown(code));

    [Theory]
    [InlineData("eur")]
    [InlineData("EURO")]
    [InlineData("XYZ")]
    [InlineData("DEM")]
    [InlineData("")]
    [InlineData(null)]
    public void Anything_else_is_not(string? code) => Assert.False(Currency.IsKnown(code));

    [Fact]
    public void Only_these_currencies_have_no_minor_unit() => Assert.Equal(
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"],
        With(0));

    [Fact]
    public void Only_these_currencies_have_a_thousandth() => Assert.Equal(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], With(3));

    [Fact]
    public void Only_these_currencies_have_four_digits() => Assert.Equal(["CLF", "UYW"], With(4));

    private static IEnumerable<string> With(int exponent) =>
        Currency.All.Where(c => Currency.Exponent(c) == exponent).Order(StringComparer.Ordinal);
}
