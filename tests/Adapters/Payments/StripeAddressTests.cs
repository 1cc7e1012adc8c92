using Commerce.Payments;

namespace Commerce.Tests.Payments;

public sealed class StripeAddressTests
{
    [Theory]
    [InlineData("sk_live_1", null, true)]
    [InlineData("sk_live_1", "https://stripe.example", true)]
    [InlineData("sk_live_1", "http://127.0.0.1:5081/sandbox/stripe", true)]
    [InlineData("sk_live_1", "http://sandbox:5081/sandbox/stripe", false)]
    [InlineData("sk_test_1", "http://sandbox:5081/sandbox/stripe", true)]
    [InlineData("rk_live_1", "http://sandbox:5081/sandbox/stripe", false)]
    [InlineData(null, "http://sandbox:5081/sandbox/stripe", false)]
    [InlineData("sk_test_1", "ftp://sandbox/", false)]
    [InlineData("sk_test_1", "sandbox", false)]
    public void A_key_that_moves_money_never_leaves_this_machine_unencrypted(string? key, string? address, bool taken) =>
        Assert.Equal(taken, !new StripeOptions { ApiKey = key, BaseUrl = address }.Faults(StripeOptions.Section).Any());
}
