using System.Collections.Immutable;
using Commerce.Events;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Xunit;

namespace Commerce.Tests.Unit.Events;

public sealed class EventCursorTests
{
    private static readonly Gen<EventPlace> Places = Gen.Select(Gen.Long[0, 3], Gen.Int[0, 2], (position, index) => new EventPlace(position, index));

    private static readonly Gen<EventCursor> Cursors =
        from shards in Gen.Int[0, 3].Select(power => 1 << power)
        from own in Gen.Int[0, shards - 1]
        from places in Places.Array[shards]
        select shards == 1 ? new EventCursor(places[0].Position, places[0].Index)
            : new EventCursor(places[own].Position, places[own].Index) { Shard = own, Places = ImmutableArray.Create(places) };

    [Fact]
    public void A_cursor_is_read_back_as_it_was_written() =>
        Cursors.Sample(
            cursor =>
            {
                Assert.True(EventCursor.TryParse(cursor.ToString(), out var read));
                Assert.True(read.CoversAll(cursor) && cursor.CoversAll(read) && read.Shards == cursor.Shards);
            });

    [Fact]
    public void A_cursor_arrives_at_another_silo_as_it_was_sent()
    {
        var serializer = new ServiceCollection().AddSerializer(static serializer => serializer.AddAssembly(typeof(EventCursor).Assembly)).BuildServiceProvider().GetRequiredService<Serializer>();
        Cursors.Sample(cursor => Assert.Equal(cursor, serializer.Deserialize<EventCursor>(serializer.SerializeToArray(cursor))), iter: 100);
        Assert.Equal("0-0", serializer.Deserialize<EventCursor>(serializer.SerializeToArray(EventCursor.Start)).ToString());
    }

    [Fact]
    public void Whoever_has_seen_an_event_too_stands_nowhere_earlier_than_before() =>
        Gen.Select(Cursors, Cursors).Sample(
            (stands, happened) =>
            {
                var seen = stands.Covers(happened) ? stands : stands.With(happened);
                Assert.True(seen.Covers(happened));
                Assert.True(seen.CoversAll(stands));
                Assert.True(stands.Join(happened).CoversAll(seen));
            });

    [Fact]
    public void Two_who_join_have_seen_what_either_had_and_nothing_else() =>
        Gen.Select(Cursors, Cursors, Places, Gen.Int[0, 7]).Sample(
            (one, other, place, shard) =>
            {
                var happened = new EventCursor(place.Position, place.Index) { Shard = shard };
                Assert.Equal(one.Covers(happened) || other.Covers(happened), one.Join(other).Covers(happened));
            });

    [Fact]
    public void A_cursor_from_before_the_journal_was_split_stands_in_every_part_where_it_stood_in_the_whole()
    {
        Assert.True(EventCursor.TryParse("7-1.9-0", out var cursor));

        Assert.Equal([new(7, 1), new(9, 0), new(7, 1), new(9, 0)], Enumerable.Range(0, 4).Select(cursor.In));
        Assert.Equal("7-1.9-0.12-0.9-0", cursor.To(2, new EventPlace(12, 0), 4).ToString());
    }
}
