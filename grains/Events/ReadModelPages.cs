using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using Commerce.Journal;

namespace Commerce.Events;

/// <summary>Pages of a read model, of whichever generation is read, with how old they are.</summary>
internal sealed class ReadModelPages(IJournal journal, ReadModelLag lag)
{
    /// <summary>Rows that are read at once where a filter lets only some through, and how often a page reads on.</summary>
    private const int Portion = 500, MaxPortions = 10;

    private readonly ConcurrentDictionary<string, int> generations = new(StringComparer.Ordinal);

    /// <param name="key">Rows of this key; null: of any.</param>
    /// <param name="before">Rows below; null: from the top.</param>
    public async Task<Page<T>> Page<T>(string model, string? key, (string Sort, string Id)? before, int limit, Func<ReadModelRow, T> show)
    {
        var asOf = (await lag.Of(model)).AsOf; // measured before the rows are read: they know no less
        var rows = await Rows(model, key, before, limit + 1);
        return new Page<T>([.. rows.Take(limit).Select(show)], rows.Length > limit ? PageCursor.Of(rows[limit - 1]) : null, asOf);
    }

    /// <summary>
    /// Those rows that a filter lets through, as long as <paramref name="goesOn"/>. The page may be short of its limit although there are more: no call
    /// reads without end.
    /// </summary>
    public async Task<Page<T>> Page<T>(
        string model, string? key, (string Sort, string Id)? before, int limit, Func<ReadModelRow, T> show, Func<ReadModelRow, bool> goesOn, Func<T, bool> shown)
    {
        var asOf = (await lag.Of(model)).AsOf;
        var items = ImmutableArray.CreateBuilder<T>();
        for (var portion = 0; portion < MaxPortions; portion++)
        {
            var rows = await Rows(model, key, before, Portion);
            foreach (var row in rows)
            {
                if (!goesOn(row))
                {
                    return new Page<T>(items.ToImmutable(), null, asOf);
                }

                if (show(row) is var item && shown(item))
                {
                    if (items.Count == limit)
                    {
                        return new Page<T>(items.ToImmutable(), PageCursor.Of(before!.Value), asOf);
                    }

                    items.Add(item);
                }

                before = (row.Sort, row.Id);
            }

            if (rows.Length < Portion)
            {
                return new Page<T>(items.ToImmutable(), null, asOf);
            }
        }

        return new Page<T>(items.ToImmutable(), PageCursor.Of(before!.Value), asOf);
    }

    /// <summary>A generation that was replaced loses its rows: what was read is whole only if the generation is still read afterwards.</summary>
    private async Task<ImmutableArray<ReadModelRow>> Rows(string model, string? key, (string Sort, string Id)? before, int limit)
    {
        while (true)
        {
            var generation = generations.GetOrAdd(model, 1);
            var rows = await journal.ReadModel(ReadModel.Stored(model, generation), key, before, limit);
            var now = (await journal.Generations(model)).Active;
            if (now == generation)
            {
                return rows;
            }

            generations[model] = now;
        }
    }
}

/// <summary>The cursor of a page: the sort key and the id of the last row that was looked at, as a token.</summary>
internal static class PageCursor
{
    /// <summary>In no sort key.</summary>
    private const char Separator = ' ';

    public static string Of(ReadModelRow row) => Of((row.Sort, row.Id));

    public static string Of((string Sort, string Id) row) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{row.Sort}{Separator}{row.Id}"));

    /// <summary>Reads a token that was given out; refuses any other as <c>invalid-cursor</c>.</summary>
    /// <param name="fits">Whether the sort key and the id can be of that list.</param>
    public static (string Sort, string Id)? Parse(string? token, Func<string, string, bool> fits)
    {
        if (token is null)
        {
            return null;
        }

        return Base64Url.IsValid(token) && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split(Separator, 2) is [var sort, var id] && fits(sort, id)
            ? (sort, id)
            : throw new CommerceException(Orders.OrderErrors.InvalidCursor);
    }

    /// <summary>Whether a sort key is a number written with so many digits.</summary>
    public static bool IsNumber(string sort, int digits) => sort.Length == digits && !sort.AsSpan().ContainsAnyExceptInRange('0', '9');
}
