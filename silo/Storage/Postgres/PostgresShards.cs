using System.Collections.Immutable;
using Commerce.Journal;
using Microsoft.Extensions.Configuration;

namespace Commerce.Storage.Postgres;

/// <summary>The databases of a journal as they are configured: <c>ConnectionStrings:Commerce</c> is shard 0, <c>Commerce:Journal:Shards:1</c> and on are the others.</summary>
internal static class PostgresShards
{
    public const string Section = "Commerce:Journal:Shards";

    /// <summary>In the order of their numbers; empty: everything is kept in files.</summary>
    /// <exception cref="InvalidOperationException">The partitions cannot be shared out to so many, a number is missing, or there are shards and no home.</exception>
    public static ImmutableArray<string> ConnectionStrings(IConfiguration configuration)
    {
        var home = configuration.GetConnectionString("Commerce");
        var further = configuration.GetSection(Section).GetChildren().Where(static shard => !string.IsNullOrEmpty(shard.Value)).ToDictionary(static shard => shard.Key, static shard => shard.Value!);
        if (string.IsNullOrEmpty(home))
        {
            return further.Count == 0 ? [] : throw new InvalidOperationException($"{Section} names databases beside ConnectionStrings:Commerce, which is not set.");
        }

        var shards = further.Count + 1;
        var missing = Enumerable.Range(1, further.Count).FirstOrDefault(number => !further.ContainsKey(number.ToString()));
        if (missing > 0)
        {
            throw new InvalidOperationException($"{Section} numbers its databases from 1 (shard 0 is ConnectionStrings:Commerce) without a gap; {Section}:{missing} is not there.");
        }

        return IJournal.Partitions % shards == 0
            ? [home, .. Enumerable.Range(1, further.Count).Select(number => further[number.ToString()])]
            : throw new InvalidOperationException($"A journal is kept in 1, 2, 4 or 8 databases, not in {shards}: {Section} names {further.Count} beside ConnectionStrings:Commerce.");
    }
}
