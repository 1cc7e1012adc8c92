using Commerce.Requests;
using Xunit;

namespace Commerce.Tests.Unit.Api;

public sealed class AccountDataTests
{
    [Theory]
    [InlineData("4242424242424242")]
    [InlineData("378282246310005")]
    [InlineData("6011 1111 1111 1117")]
    [InlineData("5555-5555-5555-4444")]
    [InlineData("token 4242424242424242 end")]
    [InlineData("30569309025904")]
    [InlineData("６０１１１１１１１１１１１１１７")]
    [InlineData("4242424242424242 12/30")]
    public void A_card_number_is_recognised_however_it_is_written(string text) => Assert.True(AccountData.IsIn(text));

    [Theory]
    [InlineData("")]
    [InlineData("pm_card_visa")]
    [InlineData("4242424242424241")]
    [InlineData("pm_1NXu2sLkdIwHu7ixKf8YZ4Jf")]
    [InlineData("12345")]
    [InlineData("000000000000")]
    [InlineData("Hauptstraße 12, 10115 Berlin")]
    public void What_is_no_card_number_is_left_alone(string text) => Assert.False(AccountData.IsIn(text));

    [Fact]
    public void A_long_row_of_digits_is_looked_through() => Assert.True(AccountData.IsIn("99999" + "4242424242424242" + "77777"));
}
