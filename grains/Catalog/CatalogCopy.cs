using System.Globalization;
using Commerce.Journal;

namespace Commerce.Catalog;

/// <summary>
/// A durable copy of what a vendor has: a row a document, ordered by the number of its last change, so that readers follow by number. What is gone stays as a
/// row that says so. Beside them, out of the readers' sight, stands how far the vendor was read.
/// </summary>
internal static class CatalogCopy
{
    public const string Products = "catalogue-products", Prices = "catalogue-prices";

    /// <summary>Counts the full readings that were asked for.</summary>
    public const string Wanted = "catalogue-wanted";

    /// <summary>Keys of the rows: documents, the state, and what a full reading has seen.</summary>
    public const string Documents = "document", State = "state", Seen = "seen";

    /// <summary>A copy has one writer at a time and one checkpoint: the number of its last change.</summary>
    public const int Partition = 0;

    /// <summary>Numbers as text that sorts as they do.</summary>
    public static string Number(long number) => number.ToString("D19", CultureInfo.InvariantCulture);

    public static long Number(ReadModelRow row) => long.Parse(row.Sort, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>
    /// Documents that changed since the cursor, the latest change first, each once. What changes while it is read is left to the next reading.
    /// </summary>
    public static async ValueTask<(ImmutableArray<ReadModelRow> Rows, string Next, bool More)> Page(IJournal journal, string model, string? cursor, int limit)
    {
        var (after, head, before) = Parse(cursor);
        if (head == after)
        {
            head = await journal.Checkpoint(model, Partition);
            if (head == after)
            {
                return ([], cursor ?? Number(after), false);
            }

            before = head + 1;
        }

        var rows = await journal.ReadModel(model, Documents, (Number(before), ""), limit);
        ImmutableArray<ReadModelRow> changed = [.. rows.TakeWhile(row => Number(row) > after)];
        var more = changed.Length == limit;

        return (changed, more ? $"{after}.{head}.{Number(changed[^1])}" : $"{head}", more);
    }

    /// <summary>After: all changes up to that one are known. Head and Before: changes from the one down to the other are known, too.</summary>
    private static (long After, long Head, long Before) Parse(string? cursor)
    {
        if (cursor is null)
        {
            return (0, 0, 0);
        }

        var numbers = Array.ConvertAll(cursor.Split('.'), number => long.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture));
        return numbers is [var after, var head, var before] ? (after, head, before) : (numbers[0], numbers[0], 0);
    }
}

/// <summary>How far a vendor was read, stored together with what came of it.</summary>
internal sealed record CopyState
{
    /// <summary>The vendor's cursor; null: from the beginning.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether everything is being read, so that what does not come again is gone.</summary>
    public bool Full { get; init; }

    /// <summary>The full reading that was asked for last, when this one began.</summary>
    public long Wanted { get; init; }

    /// <summary>Pages of this reading.</summary>
    public int Pages { get; init; }
    public long Seen { get; init; }
    public long Changed { get; init; }
    public long Removed { get; init; }
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>UTC, when a reading last came to its end; null: none did.</summary>
    public DateTimeOffset? CompletedAt { get; init; }
    public DateTimeOffset? FullAt { get; init; }
    public ImmutableArray<NotMapped> NotMapped { get; init; } = [];
}

/// <summary>A document on its way into a copy.</summary>
/// <param name="Hash">Of what the vendor said.</param>
internal readonly record struct CopiedDocument(string Id, long Hash, bool Gone, byte[] Body);

/// <summary>Writes a copy. Of two that write, one is told so and stores nothing.</summary>
internal sealed class CopyWriter(IJournal journal, string model)
{
    private const string StateId = "state";
    private const int PageSize = 500;

    private readonly Dictionary<string, (long Hash, bool Gone)> known = new(StringComparer.Ordinal);
    private long position;
    private bool isOpen;

    public CopyState State { get; private set; } = new();

    /// <summary>Documents that are not gone.</summary>
    public int Live { get; private set; }

    /// <summary>What is stored of a document; null: nothing.</summary>
    public (long Hash, bool Gone)? Known(string id) => known.TryGetValue(id, out var document) ? document : null;

    public IEnumerable<string> LiveIds => known.Where(document => !document.Value.Gone).Select(document => document.Key);

    /// <summary>Learns what is stored, unless it is known.</summary>
    public async Task Open()
    {
        if (isOpen)
        {
            return;
        }

        known.Clear();
        position = await journal.Checkpoint(model, CatalogCopy.Partition);
        State = await journal.FindReadModel(model, StateId) is { Body: { } body } ? CatalogJson.Read(body, CatalogJson.Default.CopyState) : new CopyState();
        for (var (cursor, more) = ((string?)null, true); more;)
        {
            (var rows, cursor, more) = await CatalogCopy.Page(journal, model, cursor, PageSize);
            foreach (var row in rows)
            {
                var stored = CatalogJson.Read(row.Body!, CatalogJson.Default.StoredHash);
                known.TryAdd(row.Id, (stored.Hash, stored.Gone));
            }
        }

        Live = known.Count(document => !document.Value.Gone);
        isOpen = true;
    }

    /// <summary>The body of a document; null: there is none.</summary>
    public async Task<byte[]?> Find(string id) => known.ContainsKey(id) ? (await journal.FindReadModel(model, id))?.Body : null;

    /// <summary>Stores documents, what a full reading has seen, and how far it has come: all of it or nothing.</summary>
    /// <param name="seen">Null: no full reading, or it is over.</param>
    public async Task Save(IReadOnlyCollection<CopiedDocument> documents, CopyState state, IReadOnlyCollection<string>? seen)
    {
        var rows = ImmutableArray.CreateBuilder<ReadModelRow>(documents.Count + 2);
        var number = position;
        foreach (var document in documents)
        {
            rows.Add(new ReadModelRow(model, CatalogCopy.Documents, CatalogCopy.Number(++number), document.Id, document.Body));
        }

        rows.Add(new ReadModelRow(model, CatalogCopy.State, "", StateId, CatalogJson.Write(state, CatalogJson.Default.CopyState)));
        if (seen is not null)
        {
            rows.Add(new ReadModelRow(model, CatalogCopy.Seen, "", SeenId(state.Pages), CatalogJson.Write([.. seen], CatalogJson.Default.ImmutableArrayString)));
        }
        else if (State.Full && !state.Full)
        {
            rows.AddRange(Enumerable.Range(1, State.Pages).Select(page => new ReadModelRow(model, CatalogCopy.Seen, "", SeenId(page), null)));
        }

        var to = Math.Max(number, position + 1);
        isOpen = false; // until it is known to be stored
        if (!await journal.SaveCheckpoint(model, CatalogCopy.Partition, position, to, rows.DrainToImmutable()))
        {
            throw new CommerceException(CommonErrors.LostFence(model));
        }

        foreach (var document in documents)
        {
            Live += (document.Gone ? 0 : 1) - (known.TryGetValue(document.Id, out var before) && !before.Gone ? 1 : 0);
            known[document.Id] = (document.Hash, document.Gone);
        }

        (position, State, isOpen) = (to, state, true);
    }

    /// <summary>What the full reading has seen so far.</summary>
    public async Task<HashSet<string>> Seen()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var page = 1; page <= State.Pages; page++)
        {
            if (await journal.FindReadModel(model, SeenId(page)) is { Body: { } body })
            {
                seen.UnionWith(CatalogJson.Read(body, CatalogJson.Default.ImmutableArrayString));
            }
        }

        return seen;
    }

    private static string SeenId(int page) => $"seen-{page}";
}
