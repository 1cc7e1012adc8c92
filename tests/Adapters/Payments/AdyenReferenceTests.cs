using Commerce.Payments;

namespace Commerce.Tests.Payments;

/// <summary>Our keys as Adyen's references, and back.</summary>
public sealed class AdyenReferenceTests
{
    [Theory]
    [InlineData("pay_1", "pay_1:capture:op_1", "pay_1/capture/op_1")]
    [InlineData("pay_1", "chk_1:void:1", "pay_1//chk_1/void/1")]
    public void A_webhook_gives_the_payment_and_the_key_back(string payment, string key, string reference)
    {
        Assert.Equal(reference, AdyenReferences.Of(payment, key));
        Assert.Equal((payment, key), AdyenReferences.Read(reference));
    }

    [Fact]
    public void A_key_that_does_not_fit_is_a_digest_that_still_names_its_payment()
    {
        var reference = AdyenReferences.Of("pay_1", "pay_1:capture:" + new string('x', 200));

        Assert.InRange(reference.Length, 1, 80);
        Assert.Equal(("pay_1", null), AdyenReferences.Read(reference));
        Assert.Equal(reference, AdyenReferences.Of("pay_1", "pay_1:capture:" + new string('x', 200)));
    }

    [Fact]
    public void The_reference_of_a_payment_is_its_own_id() => Assert.Equal(("pay_1", null), AdyenReferences.Read("pay_1"));

    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(255)]
    public void An_idempotency_key_never_has_more_than_64_characters(int length)
    {
        var key = AdyenReferences.Key(new string('k', length));

        Assert.Equal(64, key.Length);
        Assert.Equal(length == 64, key[0] == 'k');
    }
}
