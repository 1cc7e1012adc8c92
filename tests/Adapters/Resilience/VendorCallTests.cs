using Commerce.Vendors;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace Commerce.Tests.Resilience;

/// <summary>How calls to a vendor that suffers end, and whom they spare.</summary>
public sealed class VendorCallTests
{
    [Fact]
    public async Task A_vendor_that_wants_to_be_left_alone_is_called_by_no_operation_until_then_and_no_other_vendor_waits()
    {
        await using var vendors = new TwoVendors();
        var turnedAway = await vendors.Call("north", failure: TwoVendors.Answer(429, TimeSpan.FromSeconds(7)));
        Assert.False(turnedAway.MaybeDone);
        Assert.Equal(1, vendors.Attempts);

        vendors.Time.Advance(TimeSpan.FromSeconds(3));
        foreach (var operation in (string[])["pay", "find"])
        {
            var held = await vendors.Call("north", operation);
            Assert.Equal((TimeSpan.FromSeconds(4), false), ((held.Failure as VendorHeldException)?.Wait, held.MaybeDone));
        }

        Assert.Equal(1, vendors.Attempts);
        Assert.Null((await vendors.Call("south")).Failure);

        vendors.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Null((await vendors.Call("north", "find")).Failure);
    }

    [Fact]
    public async Task A_short_pause_is_waited_out_within_the_call()
    {
        await using var vendors = new TwoVendors();
        await vendors.Call("north", failure: TwoVendors.Answer(429, TimeSpan.FromSeconds(7)));
        vendors.Time.Advance(TimeSpan.FromSeconds(5));

        var waiting = vendors.Call("north");
        Assert.False(waiting.IsCompleted);
        vendors.Time.Advance(TimeSpan.FromSeconds(2) + TimeSpan.FromMilliseconds(20));

        Assert.Equal("done", (await waiting).Value);
    }

    [Fact]
    public async Task A_circuit_is_an_operations_own()
    {
        await using var vendors = new TwoVendors("Development", ("North:Retries", "0"), ("North:BreakerMinimumThroughput", "4"));
        for (var i = 0; i < 4; i++)
        {
            Assert.True((await vendors.Call("north", failure: TwoVendors.Answer(500))).MaybeDone);
        }

        var spared = await vendors.Call("north");
        Assert.IsAssignableFrom<BrokenCircuitException>(spared.Failure);
        Assert.False(spared.MaybeDone);
        Assert.Null((await vendors.Call("north", "find")).Failure);
        Assert.Null((await vendors.Call("south")).Failure);

        vendors.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null((await vendors.Call("north")).Failure);
    }

    [Fact]
    public async Task Answers_and_429_do_not_open_the_circuit()
    {
        await using var vendors = new TwoVendors("Development", ("North:Retries", "0"), ("North:BreakerMinimumThroughput", "4"));
        for (var i = 0; i < 8; i++)
        {
            await vendors.Call("north", failure: TwoVendors.Answer(i % 2 == 0 ? 402 : 429, TimeSpan.Zero));
        }

        Assert.Null((await vendors.Call("north")).Failure);
    }

    [Fact]
    public async Task Who_finds_the_queue_full_is_turned_away_at_once_and_not_in_doubt()
    {
        await using var vendors = new TwoVendors("Development", ("North:Concurrency", "2"), ("North:ConcurrencyQueue", "1"));
        await vendors.Hang("north");
        await vendors.Hang("north");
        var queued = vendors.Call("north");

        var full = vendors.Call("north");
        Assert.True(full.IsCompleted);
        Assert.IsType<RateLimiterRejectedException>((await full).Failure);
        Assert.False((await full).MaybeDone);

        // The other operation has places of its own, and so has the other vendor.
        Assert.Null((await vendors.Call("north", "find")).Failure);
        Assert.Null((await vendors.Call("south")).Failure);

        // Who waited for a place all the time never asked anybody.
        vendors.Time.Advance(TimeSpan.FromSeconds(8));
        var gaveUp = await queued;
        Assert.True(gaveUp.Failure is TimeoutRejectedException or null, $"{gaveUp.Failure}");
        Assert.True(gaveUp.Failure is null || !gaveUp.MaybeDone);
    }

    [Fact]
    public async Task What_timed_out_on_its_way_may_have_been_done()
    {
        await using var vendors = new TwoVendors(settings: ("North:Retries", "0"));
        var call = await vendors.Hang("north");
        vendors.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.True((await call).MaybeDone);
    }

    [Fact]
    public async Task A_connection_that_was_not_made_in_time_has_sent_nothing_is_tried_again_and_counts_against_the_vendor()
    {
        var late = new TaskCanceledException("", new TimeoutException());
        var failures = new PretendFailures();
        Assert.True(failures.NothingSent(late) && failures.IsWorthRepeating(late, TimeSpan.Zero) && failures.IsOutage(late));

        var left = new TaskCanceledException();
        Assert.False(failures.NothingSent(left) || failures.IsWorthRepeating(left, TimeSpan.Zero) || failures.IsOutage(left));

        await using var vendors = new TwoVendors(settings: ("North:RetryDelay", "00:00:00"));
        Assert.False((await vendors.Call("north", failure: late)).MaybeDone);
        Assert.Equal(3, vendors.Attempts);
    }
}
