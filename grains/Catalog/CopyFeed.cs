using Commerce.Journal;

namespace Commerce.Catalog;

/// <summary>Brings one copy up to date with its vendor, page by page. What a page changed and the cursor after it are one write: however it ends, it goes on from there.</summary>
internal abstract class CopyFeed(IJournal journal, string model, TimeProvider clock)
{
    /// <summary>Documents that are written at once when they are gone.</summary>
    private const int GoneAtOnce = 500;

    private readonly CopyWriter writer = new(journal, model);
    private long began, since;

    public CopyState State => writer.State;

    public int Live => writer.Live;

    /// <summary>Documents a second, of the reading that is under way or was the last.</summary>
    public long PerSecond { get; private set; }

    /// <summary>UTC, when there was nothing more to read; null: not yet in this life.</summary>
    public DateTimeOffset? LookedAt { get; private set; }

    protected CopyWriter Copy => writer;

    protected TimeProvider Clock => clock;

    /// <summary>Learns what is stored.</summary>
    public Task Open() => writer.Open();

    /// <summary>Reads all there is to read now.</summary>
    /// <param name="wanted">The full reading that was asked for last.</param>
    /// <param name="told">Called after every page.</param>
    public async Task Pass(long wanted, TimeSpan fullPeriod, Action<CopyFeed> told, CancellationToken cancellationToken)
    {
        await writer.Open();
        var now = clock.GetUtcNow();
        var goesOn = State is { Full: true } && State.Wanted >= wanted;
        var full = goesOn || State.Wanted < wanted || State.FullAt is null || now - State.FullAt > fullPeriod;
        var state = goesOn
            ? State
            : State with { Cursor = full ? null : State.Cursor, Full = full, Wanted = wanted, Pages = 0, Seen = 0, Changed = 0, Removed = 0, StartedAt = now, NotMapped = full ? [] : State.NotMapped };
        (began, since) = (clock.GetTimestamp(), state.Seen);

        for (var more = true; more;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await Read(state, cancellationToken);
            var documents = page.Documents;
            more = page.More;
            var removed = documents.Count(document => document.Gone);
            state = state with
            {
                Cursor = page.Next,
                Pages = state.Pages + 1,
                Seen = state.Seen + page.Seen.Count,
                Changed = state.Changed + documents.Count - removed,
                Removed = state.Removed + removed,
                NotMapped = page.NotMapped,
            };
            if (!more && !state.Full)
            {
                state = state with { CompletedAt = clock.GetUtcNow() };
            }

            if (documents.Count > 0 || state.Full || page.Next != State.Cursor || state.Wanted != State.Wanted)
            {
                await writer.Save(documents, state, state.Full ? page.Seen : null);
            }

            Measure(state);
            told(this);
        }

        LookedAt = clock.GetUtcNow();
        if (state.Full)
        {
            await Sweep(state);
            told(this);
        }
    }

    /// <summary>Asks the vendor for what comes next, and says what of it is news.</summary>
    protected abstract Task<CopyPage> Read(CopyState state, CancellationToken cancellationToken);

    /// <summary>The documents that say that something is gone.</summary>
    protected abstract Task<IReadOnlyCollection<CopiedDocument>> Gone(IEnumerable<string> ids, DateTimeOffset? at);

    /// <summary>When what is found to be different begins to count: a moment ahead, so that every silo knows before it does. Null: it always was so, for nobody has been shown anything else.</summary>
    protected DateTimeOffset? Effective(CopyState state) => state.CompletedAt is null ? null : clock.GetUtcNow() + CatalogSyncOptions.Lead;

    /// <summary>What everything was read and did not come again is gone.</summary>
    private async Task Sweep(CopyState state)
    {
        var seen = await writer.Seen();
        foreach (var portion in writer.LiveIds.Where(id => !seen.Contains(id)).Order(StringComparer.Ordinal).Chunk(GoneAtOnce))
        {
            var gone = await Gone(portion, Effective(state));
            state = state with { Removed = state.Removed + gone.Count };
            await writer.Save(gone, state, seen: null);
        }

        var now = clock.GetUtcNow();
        await writer.Save([], state with { Full = false, CompletedAt = now, FullAt = now }, seen: null);
    }

    private void Measure(CopyState state)
    {
        if (state.Seen > since)
        {
            PerSecond = (state.Seen - since) * TimeSpan.TicksPerSecond / Math.Max(clock.GetElapsedTime(began).Ticks, TimeSpan.TicksPerMillisecond);
        }
    }
}

/// <param name="Documents">What is news.</param>
/// <param name="Seen">Ids of everything that the page told, news or not.</param>
internal sealed record CopyPage(IReadOnlyCollection<CopiedDocument> Documents, IReadOnlyCollection<string> Seen, ImmutableArray<NotMapped> NotMapped, string Next, bool More)
{
    /// <summary>As many are told apart; of more it is known that there are more.</summary>
    public const int MaxNotMapped = 200;

    /// <summary>What was not mapped before, and what is not now: of one thing the latest reason.</summary>
    public static ImmutableArray<NotMapped> Told(IEnumerable<NotMapped> before, ImmutableArray<NotMapped> now) =>
        now.IsEmpty ? [.. before] : [.. now.Concat(before).DistinctBy(one => (one.Kind, one.Id, one.Why)).Take(MaxNotMapped)];
}
