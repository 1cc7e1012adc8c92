using Microsoft.Extensions.Options;
using Polly.RateLimiting;
using Polly.Timeout;

namespace Commerce.Tests.Resilience;

/// <summary>What is configured holds, from the next call on, without a restart.</summary>
public sealed class VendorSettingsTests
{
    [Fact]
    public async Task A_changed_timeout_holds_from_the_next_call_on()
    {
        await using var vendors = new TwoVendors(settings: ("North:Retries", "0"));
        var before = await vendors.Hang("north");

        vendors.Change("North:AttemptTimeout", "00:00:00.400");
        var after = await vendors.Hang("north");
        vendors.Time.Advance(TimeSpan.FromMilliseconds(400));

        var reply = await after;
        Assert.IsType<TimeoutRejectedException>(reply.Failure);
        Assert.True(reply.MaybeDone);
        Assert.False(before.IsCompleted);

        vendors.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.IsType<TimeoutRejectedException>((await before).Failure);
    }

    [Fact]
    public async Task A_changed_rate_holds_from_the_next_call_on()
    {
        await using var vendors = new TwoVendors(settings: ("North:RequestsPerSecond", "1"));
        Assert.Null((await vendors.Call("north")).Failure);
        var waiting = vendors.Call("north", "find");
        Assert.IsType<RateLimiterRejectedException>((await vendors.Call("north")).Failure);

        vendors.Change("North:RequestsPerSecond", "1000");
        for (var i = 0; i < 50; i++)
        {
            Assert.Null((await vendors.Call("north")).Failure);
        }

        Assert.Null((await waiting).Failure);
    }

    [Fact]
    public async Task A_changed_width_holds_from_the_next_call_on_and_what_is_under_way_ends_as_it_began()
    {
        await using var vendors = new TwoVendors("Development", ("North:Concurrency", "1"), ("North:ConcurrencyQueue", "0"));
        var answer = new TaskCompletionSource<string>();
        var first = await vendors.Hang("north", answer: answer.Task);
        Assert.IsType<RateLimiterRejectedException>((await vendors.Call("north")).Failure);

        vendors.Change("North:Concurrency", "2");
        Assert.Null((await vendors.Call("north")).Failure);

        answer.SetResult("late");
        Assert.Equal("late", (await first).Value);
    }

    [Fact]
    public async Task A_change_that_is_not_valid_is_not_followed()
    {
        await using var vendors = new TwoVendors(settings: ("North:Retries", "0"));
        await vendors.Call("north");

        Assert.ThrowsAny<Exception>(() => vendors.Change("North:Retries", "99"));
        await vendors.Call("north", failure: TwoVendors.Answer(500));
        Assert.Equal(2, vendors.Attempts);

        vendors.Change("North:Retries", "1");
        var retried = vendors.Call("north", failure: TwoVendors.Answer(500, TimeSpan.Zero));
        vendors.Time.Advance(TimeSpan.FromSeconds(1));
        await retried;
        Assert.Equal(4, vendors.Attempts);
    }

    [Fact]
    public async Task An_operation_may_have_settings_of_its_own_and_the_others_keep_the_vendors()
    {
        await using var vendors = new TwoVendors("Development", ("North:Operations:FIND:Retries", "0"), ("North:RetryDelay", "00:00:00"));

        await vendors.Call("north", "find", TwoVendors.Answer(500));
        Assert.Equal(1, vendors.Attempts);
        await vendors.Call("north", "pay", TwoVendors.Answer(500));
        Assert.Equal(4, vendors.Attempts);
    }

    [Fact]
    public async Task An_operation_may_have_a_time_of_its_own()
    {
        await using var vendors = new TwoVendors("Development", ("North:Retries", "0"), ("North:Operations:find:AttemptTimeout", "00:00:00.100"));
        var find = await vendors.Hang("north", "find");
        var pay = await vendors.Hang("north", "pay");

        vendors.Time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.IsType<TimeoutRejectedException>((await find).Failure);
        Assert.False(pay.IsCompleted);
    }

    [Theory]
    [InlineData("North:Retries", "11", "North: ")]
    [InlineData("North:BreakerFailureRatio", "1.5", "North: ")]
    [InlineData("North:AttemptTimeout", "00:00:09", "North:AttemptTimeout is longer than TotalTimeout.")]
    [InlineData("North:BaseUrl", "http://vendor.example", "North:BaseUrl is an absolute https address")]
    [InlineData("North:Operations:pay:Concurrency", "0", "North:Operations:pay: ")]
    [InlineData("North:Operations:pay:AttemptTimeout", "00:00:10", "North:Operations:pay:AttemptTimeout is longer than TotalTimeout.")]
    [InlineData("North:Operations:refund:Retries", "1", "North:Operations:refund is none of its operations: pay, find.")]
    [InlineData("North:Chaos:FaultPercent", "101", "North:Chaos: ")]
    public async Task What_cannot_be_is_refused_at_start_by_its_place(string key, string value, string told)
    {
        await using var vendors = new TwoVendors(settings: (key, value));

        var refused = Assert.Throws<OptionsValidationException>(vendors.Start);
        Assert.StartsWith(told, Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disturbances_are_refused_in_production_at_start()
    {
        await using var vendors = new TwoVendors("Production", ("South:Chaos:FaultPercent", "1"));

        Assert.Contains("South:Chaos disturbs calls on purpose and is refused in Production", Assert.Throws<OptionsValidationException>(vendors.Start).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disturbances_elsewhere_break_connections_before_anything_is_sent()
    {
        await using var vendors = new TwoVendors("Staging", ("North:Chaos:FaultPercent", "100"), ("North:Retries", "0"));
        vendors.Start();

        var reply = await vendors.Call("north");

        Assert.Equal((HttpRequestError.ConnectionError, false, 0), ((reply.Failure as HttpRequestException)?.HttpRequestError, reply.MaybeDone, vendors.Attempts));
        Assert.Null((await vendors.Call("south")).Failure);
    }
}
