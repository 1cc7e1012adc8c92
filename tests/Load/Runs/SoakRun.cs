using System.Globalization;
using Commerce.Load.Checks;
using Commerce.Load.Measuring;
using Commerce.Load.Shops;
using Npgsql;

namespace Commerce.Load.Runs;

/// <summary>One line of a soak: what happened in a minute, and how large everything was at its end.</summary>
internal readonly record struct Minute(TimeSpan At, double Rate, double P50, double P99, long Failed, double ResidentMiB, double JournalMiB);

/// <summary>A constant rate for hours. A shop that holds something for ever, or gets slower with what it has sold, shows it here and nowhere else.</summary>
internal sealed class SoakRun(Target target, TimeSpan every, string? journal, Told told)
{
    private readonly List<Minute> minutes = [];

    public async Task<(Meters Meters, TimeSpan Took)> Run(JourneyOptions options)
    {
        if (options.WarmUp > TimeSpan.Zero)
        {
            await JourneyRun.Run(target, options with { Lasts = options.WarmUp, WarmUp = TimeSpan.Zero }, told);
        }

        using var done = new CancellationTokenSource();
        var minute = new Meters();
        Console.WriteLine(Report.Row("at", "journeys/s", "p50 ms", "p99 ms", "failed", "resident MiB", "journal MiB"));
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|");
        var watching = Watch(() => Interlocked.Exchange(ref minute, new Meters()), done.Token);
        var (meters, took, _) = await JourneyRun.Run(target, options with { WarmUp = TimeSpan.Zero, Heard = (kind, lasted) => Volatile.Read(ref minute).Record(kind, lasted) }, told);
        await done.CancelAsync();
        await watching;
        Console.WriteLine();
        return (meters, took);
    }

    /// <summary>The last quarter against the first.</summary>
    public IReadOnlyList<Fact> Drift()
    {
        var quarter = minutes.Count / 4;
        if (quarter == 0)
        {
            return [new Fact("drift", "the run was too short to tell: it takes four lines")];
        }

        var (first, last) = (minutes.Take(quarter).ToArray(), minutes.TakeLast(quarter).ToArray());
        var hours = (minutes[^1].At - minutes[0].At).TotalHours;
        var orders = (minutes[^1].At - minutes[0].At).TotalSeconds * minutes.Average(static minute => minute.Rate);
        return
        [
            Compare("journeys/s", static minute => minute.Rate),
            Compare("p50 ms", static minute => minute.P50),
            Compare("p99 ms", static minute => minute.P99),
            Compare("resident MiB", static minute => minute.ResidentMiB),
            new Fact("memory", string.Create(CultureInfo.InvariantCulture, $"{(minutes[^1].ResidentMiB - minutes[0].ResidentMiB) / hours:+0;-0;0} MiB an hour, by the first and the last line")),
            new Fact("journal", string.Create(CultureInfo.InvariantCulture, $"{(minutes[^1].JournalMiB - minutes[0].JournalMiB) * 1024 / Math.Max(1, orders):0.0} KiB an order")),
        ];

        Fact Compare(string what, Func<Minute, double> of)
        {
            var (before, after) = (first.Average(of), last.Average(of));
            return new Fact(what, string.Create(CultureInfo.InvariantCulture, $"{before:N1} in the first quarter, {after:N1} in the last{(before > 0 ? $": {(after / before) - 1:+0.0%;-0.0%;0%}" : "")}"));
        }
    }

    private async Task Watch(Func<Meters> next, CancellationToken done)
    {
        using var timer = new PeriodicTimer(every);
        var began = DateTimeOffset.UtcNow;
        var before = began;
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                var ended = next();
                var totals = ended.Totals();
                var good = ended.Total("journey", "express");
                var now = DateTimeOffset.UtcNow;
                var minute = new Minute(
                    now - began, good.Count / (now - before).TotalSeconds, good.P50, good.P99, totals.Where(static one => one.Kind == JourneyRun.Failed).Sum(static one => one.Count), Resident(), await Journal());
                before = now;
                minutes.Add(minute);
                Console.WriteLine(Report.Row(
                    minute.At.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture), Report.Count(minute.Rate), Report.Ms(minute.P50), Report.Ms(minute.P99), Report.Count(minute.Failed),
                    minute.ResidentMiB > 0 ? Report.Count(minute.ResidentMiB) : "?", minute.JournalMiB > 0 ? Report.Count(minute.JournalMiB) : "?"));
            }
        }
        catch (OperationCanceledException)
        {
            // The journeys are over.
        }
    }

    private double Resident() => target.Pids.Sum(static pid => File.Exists($"/proc/{pid}/status")
        ? double.Parse(File.ReadLines($"/proc/{pid}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024
        : 0);

    private async Task<double> Journal()
    {
        if ((journal is not null && !journal.Contains('=', StringComparison.Ordinal) ? journal : target.Files) is { } folder)
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length) / 1048576.0;
        }

        if ((journal ?? target.Database) is not { } database)
        {
            return 0;
        }

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var size = new NpgsqlCommand("select pg_database_size(current_database())", connection);
        return (long)(await size.ExecuteScalarAsync())! / 1048576.0;
    }
}
