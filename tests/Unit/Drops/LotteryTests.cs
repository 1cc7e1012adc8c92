using System.Globalization;
using Commerce.Drops;

namespace Commerce.Tests.Unit.Drops;

public sealed class LotteryTests
{
    [Fact]
    public void Everybody_gets_one_place_and_every_place_is_somebodys_and_the_seed_draws_it_again() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Int[0, 300]).Sample((seed, count) =>
        {
            var places = Lottery.Places(Convert.ToHexString(seed), count);

            Assert.Equal(Enumerable.Range(0, count), places.Order());
            Assert.Equal(places, Lottery.Places(Convert.ToHexString(seed), count));
            Assert.All(Lottery.Tickets(places).Index(), (each, _) => Assert.Equal(each.Index, places[each.Item]));
        }, iter: 300);

    [Fact]
    public void Every_place_is_as_likely_for_whoever_came_first_as_for_anybody_else()
    {
        const int count = 10, draws = 10_000;
        var first = new int[count];
        for (var i = 0; i < draws; i++)
        {
            first[Lottery.Places(i.ToString("x64", CultureInfo.InvariantCulture), count)[0]]++;
        }

        Assert.All(first, times => Assert.InRange(times, draws / count - 200, draws / count + 200)); // more than six standard deviations
    }

    [Fact]
    public void The_published_way_of_drawing_never_changes() =>
        Assert.Equal([0, 1, 4, 3, 2], Lottery.Places(new string('0', 64), 5));
}
