using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Commerce.Load.Checks;

namespace Commerce.Load.Measuring;

/// <summary>What a run found out: printed as tables, kept as JSON, drawn as a picture.</summary>
internal sealed record Report
{
    private static readonly JsonSerializerOptions Form = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required string Name { get; init; }

    /// <summary>The arguments that it was run with.</summary>
    public required string Arguments { get; init; }
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Cores, and who ran on which.</summary>
    public required string Machine { get; init; }
    public double Seconds { get; init; }

    /// <summary>What the run was about, in its own words.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];
    public IReadOnlyList<Latency> Latencies { get; init; } = [];

    /// <summary>Tables of the run's own: a heading, then rows.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Table { get; init; } = [];
    public Verdict? Verdict { get; init; }
    public IReadOnlyList<Moment> Moments { get; init; } = [];

    /// <returns>The exit code: 1 when an invariant is broken.</returns>
    public async Task<int> Publish(string? json, string? png)
    {
        Print(Console.Out);
        if (json is not null)
        {
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(this, Form));
        }

        if (png is not null)
        {
            Chart.Draw(this, png);
        }

        return Verdict is { IsSound: false } ? 1 : 0;
    }

    public static string Row(params IEnumerable<string> cells) => "| " + string.Join(" | ", cells) + " |";

    public static string Ms(double milliseconds) => milliseconds.ToString(milliseconds < 10 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    public static string Count(double count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private void Print(TextWriter to)
    {
        to.WriteLine($"# {Name}, {At:yyyy-MM-dd HH:mm} UTC");
        to.WriteLine();
        to.WriteLine(Machine);
        to.WriteLine();
        foreach (var fact in Facts)
        {
            to.WriteLine($"- {fact.Name}: {fact.Value}");
        }

        if (Facts.Count > 0)
        {
            to.WriteLine();
        }

        if (Table.Count > 0)
        {
            Print(to, Table);
        }

        if (Latencies.Count > 0)
        {
            Print(to, [
                ["outcome", "count", "a second", "p50 ms", "p95 ms", "p99 ms", "p99.9 ms", "max ms"],
                .. Latencies.Select(one => (IReadOnlyList<string>)[one.Kind, Count(one.Count), Count(Seconds > 0 ? one.Count / Seconds : 0), Ms(one.P50), Ms(one.P95), Ms(one.P99), Ms(one.P999), Ms(one.Max)]),
            ]);
        }

        Verdict?.Print(to);
    }

    private static void Print(TextWriter to, IReadOnlyList<IReadOnlyList<string>> table)
    {
        to.WriteLine(Row(table[0]));
        to.WriteLine("|" + string.Concat(table[0].Select(static (_, column) => column == 0 ? "---|" : "---:|")));
        foreach (var row in table.Skip(1))
        {
            to.WriteLine(Row(row));
        }

        to.WriteLine();
    }
}

internal readonly record struct Fact(string Name, string Value);
