using Commerce.Commercetools;

namespace Commerce.Tests.Catalog;

/// <summary>Where a reading goes on.</summary>
public sealed class PlaceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    [Fact]
    public void Before_the_first_everything_comes_after() => Assert.Null(Place.First.After("lastModifiedAt"));

    [Fact]
    public void Of_the_same_time_the_higher_ids_come_after() => Assert.Equal(
        """(lastModifiedAt > "2026-06-01T12:00:00.000Z" or (lastModifiedAt = "2026-06-01T12:00:00.000Z" and id > "b"))""",
        new Place(Noon, "b").After("lastModifiedAt"));

    [Fact]
    public void A_time_alone_includes_everything_of_that_time() =>
        Assert.Equal("""createdAt >= "2026-06-01T12:00:00.000Z" """.TrimEnd(), new Place(Noon, "").After("createdAt"));

    [Theory]
    [InlineData(0)]
    [InlineData(29)]
    public void What_was_stamped_a_moment_ago_is_read_again(int seconds)
    {
        var now = Noon.AddSeconds(seconds);

        Assert.Equal(new Place(now - Overlap, ""), new Place(Noon, "b").Settled(now, Overlap));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(3600)]
    public void What_is_older_is_settled(int seconds) => Assert.Equal(new Place(Noon, "b"), new Place(Noon, "b").Settled(Noon.AddSeconds(seconds), Overlap));

    [Fact]
    public void Nothing_stays_nothing() => Assert.Equal(Place.First, Place.First.Settled(Noon, Overlap));

    [Theory]
    [InlineData("~")]
    [InlineData("2026-06-01T12:00:00.123Z~b")]
    [InlineData("2026-06-01T12:00:00.123Z~")]
    public void It_is_read_as_it_was_written(string text) => Assert.Equal(text, Place.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("yesterday~b")]
    [InlineData("2026-06-01T12:00:00.123Z")]
    public void Anything_else_is_no_place(string text) => Assert.Throws<FormatException>(() => Place.Parse(text));
}
