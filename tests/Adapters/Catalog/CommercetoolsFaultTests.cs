using System.Diagnostics;
using Commerce.Catalog;

namespace Commerce.Tests.Catalog;

/// <summary>What the adapter makes of a vendor that fails, in every way that the sandbox can.</summary>
public sealed class CommercetoolsFaultTests
{
    [Theory]
    [InlineData("drop_before", 503)]
    [InlineData("truncate", 503)]
    [InlineData("garbage", 503)]
    [InlineData("status", 500)]
    [InlineData("status", 502)]
    [InlineData("status", 503)]
    [InlineData("status", 429)]
    public async Task A_fault_that_passes_is_not_noticed(string kind, int status)
    {
        await using var shop = await CommercetoolsShop.Open(5);
        await shop.Vendor.Fault(new { operation = "commercetools.product-projections", kind, status, retryAfterSeconds = status == 429 ? 1 : (int?)null, count = 1 });

        Assert.Equal(5, (await shop.Catalog.Page(null, 10, CancellationToken.None)).Products.Length);
    }

    [Theory]
    [InlineData("drop_before", 503)]
    [InlineData("truncate", 503)]
    [InlineData("garbage", 503)]
    [InlineData("status", 503)]
    [InlineData("status", 429)]
    public async Task A_fault_that_stays_is_told_as_something_that_passes(string kind, int status)
    {
        await using var shop = await CommercetoolsShop.Open(5, options => options.LongestRetryAfter = TimeSpan.FromMilliseconds(100));
        await shop.Vendor.Fault(new { operation = "commercetools.product-projections", kind, status, retryAfterSeconds = status == 429 ? 7 : (int?)null });

        var failure = await Assert.ThrowsAsync<CommerceException>(() => shop.Catalog.Page(null, 10, CancellationToken.None));

        Assert.Equal(ErrorKind.Unavailable, failure.Error.Kind);
        Assert.True(status != 429 || failure.Error.RetryAfter == TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task A_long_wait_that_is_asked_for_is_not_waited_for_inside()
    {
        await using var shop = await CommercetoolsShop.Open(5);
        await shop.Vendor.Fault(new { kind = "status", status = 429, retryAfterSeconds = 120 });
        var begun = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<CommerceException>(() => shop.Catalog.Page(null, 10, CancellationToken.None));

        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_token_that_expires_is_renewed_before_anybody_is_refused()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var shop = await CommercetoolsShop.Open(5, sandbox: options => options.TokenLifetime = TimeSpan.FromHours(1), time: time);
        await shop.Catalog.Page(null, 10, CancellationToken.None);
        Assert.Equal(1, await shop.TokensGranted());

        time.Advance(TimeSpan.FromMinutes(54)); // five minutes before its end at the latest
        await shop.Catalog.Page(null, 10, CancellationToken.None);
        Assert.Equal(1, await shop.TokensGranted());

        time.Advance(TimeSpan.FromMinutes(2));
        await shop.Catalog.Page(null, 10, CancellationToken.None);
        Assert.Equal(2, await shop.TokensGranted());
    }

    [Fact]
    public async Task A_token_that_was_revoked_is_replaced_once()
    {
        await using var shop = await CommercetoolsShop.Open(5);
        await shop.Catalog.Page(null, 10, CancellationToken.None);
        await shop.Merchant(HttpMethod.Delete, "tokens");

        Assert.Equal(5, (await shop.Catalog.Page(null, 10, CancellationToken.None)).Products.Length);
        Assert.Equal(2, await shop.TokensGranted());
    }

    [Fact]
    public async Task Many_who_need_a_token_at_once_fetch_one()
    {
        await using var shop = await CommercetoolsShop.Open(5);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.Catalog.Page(null, 10, CancellationToken.None)));

        Assert.Equal(1, await shop.TokensGranted());
    }

    [Fact]
    public async Task A_client_that_is_not_let_in_is_told_what_to_check_and_does_not_try_again()
    {
        await using var shop = await CommercetoolsShop.Open(5, options => options.ClientSecret = "another");

        var failure = await Assert.ThrowsAsync<CommerceException>(() => shop.Catalog.Page(null, 10, CancellationToken.None));

        Assert.Equal(("catalog-source-refused", ErrorKind.Internal), (failure.Error.Code, failure.Error.Kind));
        Assert.Contains("invalid_client", failure.Error.Detail, StringComparison.Ordinal);
        Assert.Equal(0, await shop.TokensGranted());
    }

    [Fact]
    public async Task A_project_that_is_not_there_is_no_empty_catalogue()
    {
        await using var shop = await CommercetoolsShop.Open(5, options => options.ProjectKey = "another");

        Assert.Equal("catalog-source-refused", (await Assert.ThrowsAsync<CommerceException>(() => shop.Catalog.Page(null, 10, CancellationToken.None))).Error.Code);
    }
}
