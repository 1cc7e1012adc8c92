using System.Collections.Concurrent;
using Commerce.Events;
using Commerce.Journal;

namespace Commerce.Inventory;

/// <summary>What a stock item could give at a moment.</summary>
/// <param name="AsOf">UTC.</param>
internal sealed record KnownLevel(ItemLevel Level, DateTimeOffset AsOf)
{
    public int Sellable => Level.Sellable;

    public int Beyond => Level.Beyond;
}

/// <summary>
/// What this silo knows about the stock, at most a second old as long as the stock items answer: reading it never waits for a hot one. Whoever needs to know better asks
/// the item.
/// </summary>
/// <remarks>
/// A level that is asked for is kept for a quarter of a second, then asked for again behind the back of whoever reads it, once for all of them. Only one that is older than a second,
/// because nobody read it meanwhile, is waited for, and never longer than <see cref="Patience"/>: then the old one is given, with its age. One that was never known comes from the read model.
/// </remarks>
internal sealed class StockCache(IGrainFactory grains, IJournal journal, TimeProvider clock, ILogger<StockCache> logger)
{
    /// <summary>Most items that are known at once, about 150 bytes each.</summary>
    private const int Capacity = 100_000;

    private static readonly TimeSpan Kept = TimeSpan.FromMilliseconds(250), Old = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromMilliseconds(40);

    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <param name="id">See <see cref="StockId"/>.</param>
    public ValueTask<KnownLevel> Of(string id)
    {
        var entry = entries.TryGetValue(id, out var known) ? known : Add(id);
        var age = entry.Value is null ? TimeSpan.MaxValue : clock.GetElapsedTime(entry.At);
        if (age < Kept)
        {
            return new(entry.Value!);
        }

        var refresh = Refresh(id, entry);
        return age < Old || refresh.IsCompleted && entry.Value is not null ? new(entry.Value!) : new(Wait(id, entry, refresh));
    }

    /// <summary>What the item itself says now.</summary>
    public async Task<KnownLevel> Fresh(string id)
    {
        var entry = entries.TryGetValue(id, out var known) ? known : Add(id);
        var asOf = clock.GetUtcNow();
        var at = clock.GetTimestamp();
        var level = new KnownLevel(await grains.StockItem(id).Level(), asOf);
        entry.Learn(level, at);
        return level;
    }

    private async Task<KnownLevel> Wait(string id, Entry entry, Task refresh)
    {
        try
        {
            await refresh.WaitAsync(Patience, clock);
        }
        catch (TimeoutException)
        {
            logger.StockIsSlow(id);
        }

        return entry.Value ?? await Stored(id);
    }

    private Task Refresh(string id, Entry entry)
    {
        lock (entry)
        {
            return entry.Refreshing is { IsCompleted: false } running ? running : entry.Refreshing = Ask();
        }

        async Task Ask()
        {
            try
            {
                await Fresh(id);
            }
            catch (Exception failure) when (failure is CommerceException or OrleansException or TimeoutException)
            {
                logger.StockUnknown(id, failure.Message);
            }
        }
    }

    /// <summary>What the read model says, of an item that has not answered yet.</summary>
    private async Task<KnownLevel> Stored(string id)
    {
        var generation = (await journal.Generations(ReadModels.StockLevels)).Active;
        var level = await journal.FindReadModel(ReadModel.Stored(ReadModels.StockLevels, generation), id) is { Body: { } body } ? ReadModel.Read<StoredLevel>(body).Level : null;
        return new KnownLevel(new ItemLevel(Math.Max(0, level?.Available ?? 0), 0, PreOrder: false, null, StockPolicy.Default.LowAt), level?.UpdatedAt ?? clock.GetUtcNow());
    }

    private Entry Add(string id)
    {
        if (entries.Count >= Capacity)
        {
            foreach (var (old, entry) in entries)
            {
                if (entry.Value is null || clock.GetElapsedTime(entry.At) > Old)
                {
                    entries.TryRemove(old, out _);
                }
            }
        }

        return entries.Count >= Capacity ? new Entry() : entries.GetOrAdd(id, static _ => new Entry());
    }

    private sealed class Entry
    {
        private Known? known;

        public KnownLevel? Value => known?.Level;

        public long At => known?.At ?? 0;

        public Task? Refreshing { get; set; }

        /// <summary>Never takes an older answer for a newer one.</summary>
        public void Learn(KnownLevel level, long at)
        {
            lock (this)
            {
                known = known is { } newer && newer.At > at ? newer : new Known(level, at);
            }
        }

        private sealed record Known(KnownLevel Level, long At);
    }
}

internal static partial class StockCacheLog
{
    [LoggerMessage(210, LogLevel.Debug, "{Stock} has not said in time what it has; its last word is given")]
    public static partial void StockIsSlow(this ILogger logger, string stock);

    [LoggerMessage(211, LogLevel.Information, "{Stock} could not say what it has ({Why}); its last word stands")]
    public static partial void StockUnknown(this ILogger logger, string stock, string why);
}
