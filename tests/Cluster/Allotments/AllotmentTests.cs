using Commerce.Allotments;
using Commerce.Journal;

namespace Commerce.Tests.Cluster.Allotments;

public sealed class AllotmentTests(Shop shop) : IClassFixture<Shop>
{
    private readonly string key = "test:" + Guid.NewGuid().ToString("N");

    private IAllotmentGrain Allotment => shop.Grains.Allotment(key);

    private string Id => Identity.Of(Identity.Allotment, key);

    [Fact]
    public async Task The_last_unit_is_given_to_one_of_a_hundred_who_want_it_at_once()
    {
        await Allotment.Take("first", 4, 5);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => Allotment.Take($"op-{n}", 1, 5)));

        Assert.Single(answers, answer => answer.Taken);
        Assert.All(answers, answer => Assert.Equal(0, answer.Left));
        Assert.Equal(0, await Allotment.Left(5));
    }

    [Fact]
    public async Task Hundreds_who_want_the_same_units_make_few_commits_and_never_get_more_than_there_are()
    {
        using var gate = shop.Journal.Hold(Id);

        var asking = Enumerable.Range(0, 300).Select(n => Allotment.Take($"op-{n}", 1, 250)).ToList();
        await gate.Reached;
        await Allotment.Left(250);
        gate.Open();

        Assert.Equal(250, (await Task.WhenAll(asking)).Count(answer => answer.Taken));
        Assert.Equal(0, await Allotment.Left(250));
        Assert.InRange((await shop.Journal.ReadAggregate(Id, 0, 500)).Length, 1, 200); // those that were there when the gate opened share one; the rest come as they come
    }

    [Fact]
    public async Task Every_operation_repeated_has_one_effect()
    {
        for (var i = 0; i < 2; i++)
        {
            Assert.True((await Allotment.Take("op", 2, 5)).Taken);
            Assert.Equal(3, await Allotment.Left(5));
        }

        for (var i = 0; i < 2; i++)
        {
            await Allotment.GiveBack("op");
            Assert.Equal(5, await Allotment.Left(5));
        }

        Assert.False((await Allotment.Take("op", 2, 5)).Taken);
        Assert.Equal(5, await Allotment.Left(5));
    }

    [Fact]
    public async Task A_take_that_arrives_after_it_was_given_back_takes_nothing()
    {
        await Allotment.GiveBack("op");

        Assert.False((await Allotment.Take("op", 1, 5)).Taken);
        Assert.Equal(5, await Allotment.Left(5));
    }

    [Fact]
    public async Task What_was_confirmed_can_be_returned_however_long_ago_and_once()
    {
        await Allotment.Take("op", 1, 5);
        await Allotment.Confirm("op");
        shop.Clock.Shift(2 * Commerce.Allotments.Allotment.Remembered);
        await Allotment.Take("later", 1, 5);
        Assert.Equal(3, await Allotment.Left(5));
        await shop.Deactivate(Allotment);

        for (var i = 0; i < 2; i++)
        {
            await Allotment.Return("op", 1);
            Assert.Equal(4, await Allotment.Left(5));
        }
    }

    [Fact]
    public async Task Nobody_is_told_that_all_is_taken_by_a_take_that_was_not_stored()
    {
        await Allotment.Take("first", 1, 2);
        using (shop.Journal.Tamper(commit => commit.Aggregate == Id ? Tampering.Fail : Tampering.None))
        {
            var lost = Allotment.Take("lost", 1, 2);
            var other = Allotment.Take("other", 1, 2);
            await Assert.ThrowsAnyAsync<CommerceException>(() => lost);
            Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<CommerceException>(() => other)).Error.Kind);
        }

        await Shop.Until(async () => (await Allotment.Take("other", 1, 2)).Taken, "the other takes the last one");
    }

    [Fact]
    public async Task A_history_of_thousands_is_read_from_a_snapshot_that_stays_small()
    {
        for (var day = 0; day < 12; day++)
        {
            for (var n = 0; n < 100; n++)
            {
                await Allotment.Take($"op-{day}-{n}", 1, 100_000);
                await Allotment.Confirm($"op-{day}-{n}");
            }

            shop.Clock.Shift(TimeSpan.FromDays(1));
        }

        var history = await shop.Journal.Load(Id);
        Assert.InRange(history.Snapshot!.Length, 1, 60_000);
        Assert.InRange(history.Tail.Length, 0, 500);
        await shop.Deactivate(Allotment);
        Assert.Equal(98_800, await Allotment.Left(100_000));
    }

    [Fact]
    public void Its_name_does_not_tell_whose_it_is()
    {
        var name = Identity.Of(Identity.Allotment, "coupon:TEA:ann");

        Assert.True(Identity.Is(name, Identity.Allotment));
        Assert.NotEqual(name, Identity.Of(Identity.Allotment, "coupon:TEA:bob"));
    }
}
