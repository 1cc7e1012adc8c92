using static Commerce.Tests.Unit.Tables;

namespace Commerce;

public sealed class CurrencyTests
{
    [Fact]
    public void Every_code_is_three_capital_letters() => Assert.All(Currency.All, code => Assert.Matches("^[A-Z]{3}$", code));

    [Fact]
    public void The_list_is_the_one_of_iso_4217_no_code_more_and_none_less() =>
        Assert.Equal(Table("Money/currencies.csv").Select(row => row[0]), Currency.All.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_currency_has_the_digits_that_iso_4217_gives_it() => Assert.All(Table("Money/currencies.csv"), row =>
    {
        Assert.Equal(int.Parse(row[2]), Currency.Exponent(row[0]));
        Assert.True(row[1] == row[2] || (row[1], row[2]) == ("N.A.", "2"), row[0]);
        Assert.Equal(row[2] is "0" ? "-1" : "-0." + "1".PadLeft(int.Parse(row[2]), '0'), Currency.Format(-1, row[0]));
    });

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
    [InlineData("BGN")]
    [InlineData("ANG")]
    [InlineData("")]
    [InlineData(null)]
    public void Anything_else_is_not(string? code) => Assert.False(Currency.IsKnown(code));
}
