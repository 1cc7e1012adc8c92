namespace Commerce.Tax;

/// <summary>The taxes of one place by category, day by day.</summary>
/// <param name="from">The first days of the spans, in order; the first is the beginning of time.</param>
/// <param name="spans">What is in force from each of them on.</param>
internal sealed class TaxPlace(ImmutableArray<DateOnly> from, ImmutableArray<FrozenDictionary<string, TaxClass>> spans)
{
    /// <summary>Whether the day matters.</summary>
    public bool Changes => spans.Length > 1;

    public IEnumerable<FrozenDictionary<string, TaxClass>> Spans => spans;

    /// <summary>Where nothing changes, whatever the day is.</summary>
    public FrozenDictionary<string, TaxClass> On(DateOnly day)
    {
        var span = 0;
        while (span + 1 < spans.Length && from[span + 1] <= day)
        {
            span++;
        }

        return spans[span];
    }
}

/// <summary>A country or a region of it, with the postal codes where more is levied.</summary>
internal sealed class TaxArea(TaxPlace everywhere, FrozenDictionary<string, TaxPlace> byPrefix)
{
    private readonly FrozenDictionary<string, TaxPlace>.AlternateLookup<ReadOnlySpan<char>> prefixes = byPrefix.GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly int longest = byPrefix.Count == 0 ? 0 : byPrefix.Keys.Max(p => p.Length);

    public IEnumerable<TaxPlace> Places => byPrefix.Values.Prepend(everywhere);

    /// <summary>The place of the longest prefix that the postal code begins with.</summary>
    public TaxPlace At(string? postalCode)
    {
        for (var length = Math.Min(longest, postalCode?.Length ?? 0); length > 0; length--)
        {
            if (prefixes.TryGetValue(postalCode.AsSpan(0, length), out var place))
            {
                return place;
            }
        }

        return everywhere;
    }
}
