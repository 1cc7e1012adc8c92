using Commerce.Allotments;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Allotments;

public sealed class AllotmentTests
{
    private const string Id = "chk_1";
    private const int Limit = 20;

    private static readonly Dictionary<Type, AllotmentEvent> Samples = One<AllotmentEvent>(
        new UnitsTaken(Id, 3, Limit),
        new TakeConfirmed(Id),
        new UnitsGivenBack(Id, 3),
        new TakeVoided(Id),
        new UnitsReturned(Id, 3));

    private static IEnumerable<(TakeStatus? From, Type Happened, TakeStatus? To)> Pairs => Pairs<TakeStatus, AllotmentEvent>(Allotment.Next);

    [Fact]
    public void A_take_moves_along_these_edges_and_no_others() => Assert.Equal(
    [
        "- --UnitsTaken--> Held",
        "- --TakeVoided--> Void",
        "- --UnitsReturned--> GivenBack",
        "Held --TakeConfirmed--> Confirmed",
        "Held --UnitsGivenBack--> GivenBack",
        "Confirmed --UnitsGivenBack--> GivenBack",
    ], Edges(Pairs));

    [Fact]
    public void Applying_follows_the_table_and_refuses_every_other_pair()
    {
        foreach (var (from, happened, to) in Pairs)
        {
            var allotment = In(from);
            if (to is { } next)
            {
                Assert.Equal(next, allotment.Apply(Samples[happened], At).StatusOf(Id));
            }
            else
            {
                Assert.Equal("not-now", Refused(() => allotment.Apply(Samples[happened], At)).Code);
            }
        }
    }

    [Fact]
    public void Whatever_happens_in_whatever_order_never_more_than_the_limit_is_taken_and_nothing_is_lost() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 15], Gen.Int[1, 4], Gen.Int[1, 40_000]).Array[0, 150].Sample(steps =>
        {
            var (allotment, at, truth) = (Allotment.Initial, At, new Dictionary<string, (TakeStatus Status, int Units)>(StringComparer.Ordinal));
            foreach (var (what, number, units, seconds) in steps)
            {
                at = at.AddSeconds(seconds);
                var id = $"chk_{number}";
                allotment = Try(allotment, truth, what, id, truth.TryGetValue(id, out var known) ? known.Units : units, at);

                Assert.Null(allotment.Violation);
                Assert.InRange(allotment.Used, 0, Limit);
                Assert.Equal(truth.Values.Where(t => t.Status is TakeStatus.Held or TakeStatus.Confirmed).Sum(t => t.Units), allotment.Used);
                Assert.Equal(allotment.Open, allotment.Takes.Values.Sum(t => t.Units));
                Assert.Equal(allotment.Closed.Count, allotment.ClosedOrder.Count());
            }
        });

    [Fact]
    public void More_than_the_limit_cannot_be_taken()
    {
        var full = Allotment.Initial.Apply(new UnitsTaken("chk_a", 3, 3), At);

        Assert.Throws<InvalidOperationException>(() => full.Apply(new UnitsTaken("chk_b", 1, 3), At));
        Assert.Equal(4, full.Apply(new UnitsTaken("chk_b", 1, 4), At).Used);
    }

    [Fact]
    public void What_was_confirmed_a_day_ago_is_a_number_in_a_sum_and_can_still_be_returned()
    {
        var allotment = In(TakeStatus.Confirmed);
        Assert.Equal((3, 0, 1), (allotment.Open, allotment.Settled, allotment.Takes.Count));

        allotment = allotment.Apply(new UnitsTaken("chk_2", 1, Limit), At + Allotment.Remembered);
        Assert.Equal((1, 3, 1), (allotment.Open, allotment.Settled, allotment.Takes.Count));
        Assert.True(allotment.Confirmations.IsEmpty);

        allotment = allotment.Apply(new UnitsReturned(Id, 3), At + Allotment.Remembered);
        Assert.Equal((1, TakeStatus.GivenBack), (allotment.Used, allotment.StatusOf(Id)));
    }

    [Fact]
    public void A_take_that_is_held_is_never_forgotten()
    {
        var allotment = In(TakeStatus.Held).Apply(new UnitsTaken("chk_2", 1, Limit), At + (10 * Allotment.Remembered));

        Assert.Equal((TakeStatus.Held, 4), (allotment.StatusOf(Id), allotment.Used));
    }

    [Fact]
    public void Endings_are_remembered_for_a_day_and_up_to_a_limit()
    {
        var allotment = Allotment.Initial;
        for (var i = 0; i <= Allotment.MaxClosed; i++)
        {
            allotment = allotment.Apply(new TakeVoided($"v{i}"), At);
        }

        Assert.Equal(Allotment.MaxClosed, allotment.Closed.Count);
        Assert.Null(allotment.StatusOf("v0"));
        Assert.Equal(TakeStatus.Void, allotment.StatusOf("v1"));
        Assert.Single(allotment.Apply(new TakeVoided("later"), At + Allotment.Remembered).Closed);
    }

    /// <summary>As the grain does it, beside a plain book of what should be.</summary>
    private static Allotment Try(Allotment allotment, Dictionary<string, (TakeStatus Status, int Units)> truth, int what, string id, int units, DateTimeOffset at)
    {
        var status = truth.TryGetValue(id, out var known) ? known.Status : (TakeStatus?)null;
        var seen = allotment.StatusOf(id);
        AllotmentEvent? happened = (what, seen) switch
        {
            (0 or 1, null) when status is null && allotment.Used + units <= Limit => new UnitsTaken(id, units, Limit),
            (2, TakeStatus.Held) => new TakeConfirmed(id),
            (3, TakeStatus.Held or TakeStatus.Confirmed) => new UnitsGivenBack(id, units),
            (4, null) when status is null => new TakeVoided(id),
            (5, null) when status is TakeStatus.Confirmed => new UnitsReturned(id, units),
            _ => null,
        };
        if (happened is null)
        {
            return allotment;
        }

        allotment = allotment.Apply(happened, at);
        truth[id] = (happened switch
        {
            UnitsTaken => TakeStatus.Held,
            TakeConfirmed => TakeStatus.Confirmed,
            TakeVoided => TakeStatus.Void,
            _ => TakeStatus.GivenBack,
        }, units);

        return allotment;
    }

    private static Allotment In(TakeStatus? status)
    {
        var held = Allotment.Initial.Apply(new UnitsTaken(Id, 3, Limit), At);
        return status switch
        {
            // One that was confirmed so long ago that it is a number in a sum: an operation that is not known, and units that can be returned.
            null => Allotment.Initial with { Settled = 3 },
            TakeStatus.Held => held,
            TakeStatus.Confirmed => held.Apply(new TakeConfirmed(Id), At),
            TakeStatus.GivenBack => held.Apply(new UnitsGivenBack(Id, 3), At),
            _ => Allotment.Initial.Apply(new TakeVoided(Id), At),
        };
    }
}
