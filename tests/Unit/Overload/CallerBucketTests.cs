using System.Net;
using Commerce.Requests;

namespace Commerce.Tests.Unit.Overload;

public sealed class CallerBucketTests
{
    [Fact]
    public void A_caller_gets_its_burst_and_then_its_pace_and_is_told_truly_when_to_come_back() =>
        Gen.Select(Gen.Int[1, 1_000], Gen.Int[1, 50], Gen.Int[0, 10_000]).Sample(
            (perSecond, burst, at) =>
            {
                var (buckets, pace, now) = (new CallerBuckets(), Pace.PerSecond(perSecond, burst), TimeSpan.FromMilliseconds(at));
                for (var left = burst - 1; left >= 0; left--)
                {
                    if (buckets.Take(7, pace, now) != new Verdict(true, left, TimeSpan.Zero))
                    {
                        return false;
                    }
                }

                var refused = buckets.Take(7, pace, now);
                return !refused.Admitted && refused.RetryAfter > TimeSpan.Zero
                    && !buckets.Take(7, pace, now + refused.RetryAfter - TimeSpan.FromTicks(1)).Admitted
                    && buckets.Take(7, pace, now + refused.RetryAfter).Admitted
                    && buckets.Take(8, pace, now).Admitted;
            },
            iter: 300);

    [Fact]
    public void A_million_addresses_take_no_more_room_than_one_and_whoever_asks_most_is_remembered()
    {
        var (buckets, pace) = (new CallerBuckets(), Pace.PerSecond(1, 100));
        var greedy = CallerBuckets.NameOf(IPAddress.Parse("192.0.2.1"));
        while (buckets.Take(greedy, pace, TimeSpan.Zero).Admitted)
        {
            // until its bucket is empty
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong other = 1; other <= 1_000_000; other++)
        {
            buckets.Take(unchecked(other * 0x9E37_79B9_7F4A_7C15), pace, TimeSpan.Zero);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000); // the compiler, at work meanwhile, not a byte for each
        Assert.False(buckets.Take(greedy, pace, TimeSpan.Zero).Admitted);
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void A_network_of_IPv6_is_one_caller(string one, string other, bool same) =>
        Assert.Equal(same, CallerBuckets.NameOf(IPAddress.Parse(one)) == CallerBuckets.NameOf(IPAddress.Parse(other)));
}
