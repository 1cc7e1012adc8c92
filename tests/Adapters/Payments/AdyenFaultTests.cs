using Commerce.Payments;
using Commerce.Tests.Sandbox;
using Microsoft.Extensions.Options;

namespace Commerce.Tests.Payments;

/// <summary>What Adyen's silence and nonsense come to, and that nothing is done twice for it.</summary>
public sealed class AdyenFaultTests
{
    [Fact]
    public async Task An_answer_that_was_lost_is_found_again_under_its_key()
    {
        await using var shop = await AdyenShop.Open(options => options.Retries = 0);
        await shop.Vendor.Fault(new { kind = "drop_after", operation = "authorise", vendor = "adyen", count = 1 });

        Assert.IsType<Outcome<Authorisation>.InDoubt>(await shop.Authorise());
        Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Authorise());

        Assert.Equal(1, await shop.Vendor.Count("authorise"));
    }

    [Theory]
    [InlineData("drop_before")]
    [InlineData("drop_after")]
    [InlineData("truncate")]
    [InlineData("status")]
    public async Task A_fault_that_passes_is_repeated_inside_the_call_and_has_one_effect(string kind)
    {
        await using var shop = await AdyenShop.Open();
        var reference = await shop.Authorised();
        await shop.Vendor.Fault(new { kind, operation = "capture", count = 1 });

        Assert.IsType<Outcome<Movement>.Ok>(await shop.Provider.Capture(shop.Movement(reference, "pay_1:capture:1", 1299), CancellationToken.None));

        Assert.Equal(1, await shop.Vendor.Count("capture"));
    }

    [Theory]
    [InlineData("html")]
    [InlineData("schema")]
    [InlineData("amount")]
    [InlineData("currency")]
    public async Task Nonsense_under_status_200_is_not_believed(string variant)
    {
        await using var shop = await AdyenShop.Open(options => options.Retries = 0);
        await shop.Vendor.Fault(new { kind = "garbage", operation = "authorise", variant, count = 1 });

        Assert.IsType<Outcome<Authorisation>.InDoubt>(await shop.Authorise());
        Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Authorise());
    }

    [Fact]
    public async Task A_429_holds_every_operation_until_its_time()
    {
        await using var shop = await AdyenShop.Open();
        var reference = await shop.Authorised();
        await shop.Vendor.Fault(new { kind = "status", status = 429, retryAfterSeconds = 30, operation = "capture", count = 1 });

        var capture = Assert.IsType<Outcome<Movement>.Unavailable>(await shop.Provider.Capture(shop.Movement(reference, "pay_1:capture:1", 1299), CancellationToken.None));
        var refund = Assert.IsType<Outcome<Movement>.Unavailable>(await shop.Provider.Refund(shop.Movement(reference, "pay_1:refund:1", 1), CancellationToken.None));

        Assert.InRange(capture.RetryAfter, TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(30));
        Assert.InRange(refund.RetryAfter, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_breakdown_that_stays_is_in_doubt()
    {
        await using var shop = await AdyenShop.Open();
        await shop.Vendor.Fault(new { kind = "status", status = 500, operation = "authorise" });

        Assert.IsType<Outcome<Authorisation>.InDoubt>(await shop.Authorise());
        Assert.Equal(0, await shop.Vendor.Count("authorise"));
    }

    [Fact]
    public async Task Nobody_there_is_unavailable()
    {
        await using var shop = await AdyenShop.Open(options => (options.BaseUrl, options.Retries) = ("http://127.0.0.1:9", 0));

        Assert.IsType<Outcome<Authorisation>.Unavailable>(await shop.Authorise());
    }

    [Fact]
    public async Task Wrong_credentials_are_rejected()
    {
        var vendor = await SandboxServer.Start(configure: options => options.AdyenApiKey = "another");
        await using var shop = await AdyenShop.Open(vendor: vendor);

        Assert.Equal("unauthorised", Assert.IsType<Outcome<Authorisation>.Rejected>(await shop.Authorise()).Code);
    }

    [Fact]
    public async Task The_same_key_ten_times_at_once_is_one_authorisation()
    {
        await using var shop = await AdyenShop.Open();
        await shop.Vendor.Fault(new { kind = "slow", delayMs = 60, operation = "authorise", count = 1 });

        var asked = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.Authorise()));

        Assert.Single(asked.OfType<Outcome<Authorisation>.Ok>().Select(ok => ok.Value.Reference).Distinct());
        Assert.All(asked, one => Assert.True(one is Outcome<Authorisation>.Ok or Outcome<Authorisation>.InDoubt));
        Assert.Equal(1, await shop.Vendor.Count("authorise"));
    }

    [Fact]
    public async Task Settings_that_cannot_be_right_are_told_at_start()
    {
        await using var vendor = await SandboxServer.Start();
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => AdyenShop.Open(
            options => (options.ApiKey, options.HmacKey, options.WebhookUser, options.ReportPassword, options.BaseUrl, options.ReportBaseUrl) =
                (null, "beef", "shop", null, "http://checkout.example", "ftp://reports"),
            vendor: vendor));

        Assert.Equal(6, wrong.Failures.Count());
        Assert.Contains(wrong.Failures, failure => failure.Contains("Set Commerce__Adyen__ApiKey", StringComparison.Ordinal));
    }
}
