using Commerce.Overload;

namespace Commerce.Tests.Unit.Overload;

public sealed class AdaptiveLimitTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void It_settles_at_what_the_machine_serves_within_the_target() =>
        Gen.Select(Gen.Int[500, 50_000], Gen.Int[20, 200], Gen.Int[1, 4_000]).Sample(
            (perSecond, target, start) =>
            {
                var options = new AdmissionOptions { Target = TimeSpan.FromMilliseconds(target), Minimum = 1, Start = start, Maximum = 100_000 };
                var server = new Server(perSecond);
                var limit = new AdaptiveLimit(options);
                for (var i = 0; i < 600; i++)
                {
                    server.Serve(limit, options, offered: int.MaxValue);
                }

                var settled = Enumerable.Range(0, 100).Average(_ => (double)server.Serve(limit, options, offered: int.MaxValue));
                var serves = perSecond * target / 1000.0;
                return settled > serves * 0.8 - 5 && settled < serves * 1.2 + 5;
            },
            iter: 200);

    [Fact]
    public void Whatever_comes_it_stays_between_its_minimum_and_its_maximum() =>
        Gen.Select(Gen.Int[0, 200], Gen.Int[0, 200], Gen.Int[0, 100_000], Gen.Bool, Gen.Bool).Array[1, 200].Sample(
            windows =>
            {
                var options = new AdmissionOptions { Minimum = 32, Maximum = 500, Start = 100 };
                var limit = new AdaptiveLimit(options);
                return windows.All(one => limit.Learn(
                    [default, new(one.Item1, Math.Min(one.Item1, one.Item2), TimeSpan.FromMilliseconds(one.Item3)), default, default], one.Item4, one.Item5, Window, options) is >= 32 and <= 500);
            },
            iter: 500);

    [Fact]
    public void After_a_slow_spell_it_is_back_within_seconds_whether_or_not_anybody_was_turned_away()
    {
        var options = new AdmissionOptions();
        var limit = new AdaptiveLimit(options);
        for (var i = 0; i < 100; i++)
        {
            Learn(limit, options, TimeSpan.FromSeconds(1), refused: true);
        }

        Assert.Equal(options.Minimum, limit.Current);

        for (var i = 0; i < 30; i++)
        {
            Learn(limit, options, TimeSpan.FromMilliseconds(2), refused: false);
        }

        Assert.InRange(limit.Current, options.Start, options.Start + 50);
    }

    [Fact]
    public void It_does_not_grow_while_nobody_needs_it()
    {
        var options = new AdmissionOptions();
        var limit = new AdaptiveLimit(options);
        for (var i = 0; i < 1_000; i++)
        {
            Learn(limit, options, TimeSpan.FromMilliseconds(2), refused: false);
        }

        Assert.Equal(options.Start, limit.Current);
    }

    [Fact]
    public void A_database_that_is_far_away_is_no_overload()
    {
        var options = new AdmissionOptions();
        var limit = new AdaptiveLimit(options);
        for (var i = 0; i < 1_000; i++)
        {
            Learn(limit, options, TimeSpan.FromMilliseconds(i % 2 == 0 ? 150 : 250), refused: false);
        }

        Assert.InRange(limit.Current, options.Start, options.Start + 50);
        Assert.InRange(limit.SlowFrom(Urgency.Cart, options), TimeSpan.FromMilliseconds(450), TimeSpan.FromMilliseconds(452));
    }

    [Fact]
    public void An_overload_that_lasts_for_hours_never_becomes_usual()
    {
        var options = new AdmissionOptions();
        var limit = new AdaptiveLimit(options);
        Learn(limit, options, TimeSpan.FromMilliseconds(5), refused: false);
        for (var i = 0; i < 100_000; i++)
        {
            Learn(limit, options, TimeSpan.FromMilliseconds(500), refused: true);
        }

        Assert.Equal((options.Minimum, options.Target), (limit.Current, limit.SlowFrom(Urgency.Cart, options)));
    }

    [Fact]
    public void A_few_that_are_slow_for_a_reason_of_their_own_do_not_speak_for_the_machine()
    {
        var options = new AdmissionOptions();
        var limit = new AdaptiveLimit(options);
        for (var i = 0; i < 100; i++)
        {
            limit.Learn([default, default, new(100, 40, TimeSpan.FromSeconds(40)), default], refused: false, strained: false, Window, options);
        }

        Assert.Equal(options.Start, limit.Current);
    }

    [Fact]
    public void Slow_checkouts_are_believed_only_where_nobody_else_can_tell()
    {
        var options = new AdmissionOptions();
        var (busy, alone) = (new AdaptiveLimit(options), new AdaptiveLimit(options));
        var slow = new Samples(100, 100, TimeSpan.FromSeconds(45));
        for (var i = 0; i < 20; i++)
        {
            busy.Learn([default, default, new(10, 0, TimeSpan.FromMilliseconds(50)), slow], refused: false, strained: false, Window, options);
            alone.Learn([default, default, default, slow], refused: false, strained: false, Window, options);
        }

        Assert.Equal((options.Start, false, true), (busy.Current, busy.IsSlow, busy.IsSurelyQuick));
        Assert.False(alone.IsSurelyQuick);
        Assert.True(alone.IsSlow && alone.Current < options.Start);
    }

    [Fact]
    public void A_process_that_says_itself_that_it_has_too_much_to_do_is_believed()
    {
        var options = new AdmissionOptions();
        var limit = new AdaptiveLimit(options);
        limit.Learn([default, default, default, default], refused: false, strained: true, Window, options);
        Assert.Equal((int)(options.Start * 0.9), limit.Current);
    }

    [Fact]
    public void A_checkout_counts_for_half_a_second_and_not_for_as_long_as_its_vendor_takes()
    {
        var young = new YoungOnes();
        var at = TimeSpan.FromSeconds(7);
        var places = Enumerable.Range(0, 5).Select(i => young.Enter(at + TimeSpan.FromMilliseconds(100 * i))).ToArray();

        Assert.Equal(5, young.Count(at + TimeSpan.FromMilliseconds(450)));
        young.Leave(places[1]);
        Assert.Equal(4, young.Count(at + TimeSpan.FromMilliseconds(450)));
        Assert.Equal(3, young.Count(at + TimeSpan.FromMilliseconds(750)));
        Assert.Equal(0, young.Count(at + TimeSpan.FromSeconds(2)));

        var late = young.Enter(at + TimeSpan.FromSeconds(2));
        young.Leave(places[0]); // long forgotten: it takes nobody else's place away
        Assert.Equal(1, young.Count(at + TimeSpan.FromSeconds(2)));
        young.Leave(late);
        Assert.Equal(0, young.Count(at + TimeSpan.FromSeconds(2)));
    }

    private static void Learn(AdaptiveLimit limit, AdmissionOptions options, TimeSpan took, bool refused) =>
        limit.Learn([default, default, new(20, took > limit.SlowFrom(Urgency.Cart, options) ? 20 : 0, took * 20), default], refused, strained: false, Window, options);

    /// <summary>Serves so many requests a second, however many are under way: the more there are, the longer each takes.</summary>
    private sealed class Server(int perSecond)
    {
        public int Serve(AdaptiveLimit limit, AdmissionOptions options, int offered)
        {
            var underWay = Math.Max(1, Math.Min(offered, limit.Current));
            var took = TimeSpan.FromSeconds(Math.Max(0.001, underWay / (double)perSecond));
            var count = Math.Max(AdaptiveLimit.Few, (int)(Math.Min(perSecond, underWay / took.TotalSeconds) * Window.TotalSeconds));
            limit.Learn([default, default, new(count, took > limit.SlowFrom(Urgency.Cart, options) ? count : 0, took * count), default], offered > underWay, strained: false, Window, options);
            return underWay;
        }
    }
}
