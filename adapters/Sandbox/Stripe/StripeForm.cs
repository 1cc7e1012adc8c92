using Microsoft.AspNetCore.WebUtilities;

namespace Commerce.Sandbox.Stripe;

/// <summary>Parameters in Stripe's form encoding: <c>metadata[order]=1&amp;expand[]=latest_charge</c>.</summary>
internal sealed class StripeForm
{
    private readonly List<KeyValuePair<string, string>> fields = new(16);

    public StripeForm(string encoded)
    {
        foreach (var pair in new QueryStringEnumerable(encoded))
        {
            fields.Add(new(pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
        }
    }

    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in fields)
            {
                if (key == name)
                {
                    return value.Length == 0 ? null : value;
                }
            }

            return null;
        }
    }

    public bool Is(string name) => this[name] is "true";

    /// <summary>False when it is there and no whole number.</summary>
    public bool TryNumber(string name, out long? number)
    {
        number = null;
        if (this[name] is not { } text)
        {
            return true;
        }

        var whole = long.TryParse(text, out var value);
        number = whole ? value : null;
        return whole;
    }

    public long Number(string name, long otherwise) => TryNumber(name, out var number) ? number ?? otherwise : otherwise;

    /// <summary>Whether a field is asked to be shown whole: <c>latest_charge</c>, also as <c>data.latest_charge</c>.</summary>
    public bool Expands(string field)
    {
        foreach (var (key, value) in fields)
        {
            if (key.StartsWith("expand[", StringComparison.Ordinal) && value.EndsWith(field, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The value under a key of metadata, which is keys and values in turn.</summary>
    public static string? Meta(string[]? metadata, string key)
    {
        for (var i = 0; i + 1 < metadata?.Length; i += 2)
        {
            if (metadata[i] == key)
            {
                return metadata[i + 1];
            }
        }

        return null;
    }

    /// <summary>Keys and values in turn: <paramref name="before"/>, overwritten by what this request says. An empty value takes its key away.</summary>
    public string[]? Metadata(string[]? before = null)
    {
        List<string>? merged = null;
        foreach (var (key, value) in fields)
        {
            if (!key.StartsWith("metadata[", StringComparison.Ordinal) || !key.EndsWith(']'))
            {
                continue;
            }

            merged ??= before is null ? new List<string>(8) : [.. before];
            var name = key[9..^1];
            var at = 0;
            while (at < merged.Count && merged[at] != name)
            {
                at += 2;
            }

            if (at < merged.Count)
            {
                merged.RemoveRange(at, 2);
            }

            if (value.Length > 0)
            {
                merged.Add(name);
                merged.Add(value);
            }
        }

        return merged?.ToArray() ?? before;
    }
}
