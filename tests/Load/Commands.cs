using System.CommandLine;
using System.Globalization;
using Commerce.Load.Checks;
using Commerce.Load.Measuring;
using Commerce.Load.Runs;
using Commerce.Load.Shops;

namespace Commerce.Load;

/// <summary>The commands: their own switches, the run, its report.</summary>
internal static class Commands
{
    public static Command Journey()
    {
        Option<int[]> clients = new("--clients", "--concurrency")
        {
            Description = "Buyers at a time; several numbers with commas between them, to measure each.",
            DefaultValueFactory = static _ => [64],
            CustomParser = static result => Switches.Parsed(result, static text => text.Split(',').Select(static count => int.Parse(count, CultureInfo.InvariantCulture)).ToArray()),
        };
        var lasts = Switches.Duration("--seconds", "10s", "How long it is measured.");
        var warmUp = Switches.Duration("--warm-up", "25s", "How long it runs before, until the hot paths are compiled.");
        Option<bool> express = new("--express") { Description = "Each purchase in one request (POST /v1/checkouts with everything inline) instead of five." };
        Option<double> rate = new("--rate") { Description = "Purchases a second at the most; 0: as many as there can be." };
        Option<string?> hot = new("--sku") { Description = "Everybody buys one unit of this SKU, instead of two different ones." };
        var declined = Switches.Share("--declined", "The share of purchases whose card is declined, as 5%.");

        var command = new Command("journey", "Whole journeys: cart, two lines, destination, checkout, order placed. As fast as so many clients can.").With(clients, lasts, warmUp, express, rate, hot, declined);
        command.SetAction(async (given, _) =>
        {
            var (target, cores) = await given.Shop();
            await using var _1 = target;
            var told = new Told();
            var table = new List<IReadOnlyList<string>> { (string[])["clients", given.GetValue(express) ? "checkouts/s" : "journeys/s", "requests/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "failed"] };
            Report? last = null;
            foreach (var count in given.GetValue(clients)!)
            {
                var options = new JourneyOptions(
                    count, given.GetValue(lasts), last is null ? given.GetValue(warmUp) : TimeSpan.Zero, given.GetValue(Switches.Pay)!, given.GetValue(express), given.GetValue(rate), given.GetValue(declined),
                    given.GetValue(hot) is { } sku ? [sku] : null);
                var (meters, took, requests) = await JourneyRun.Run(target, options, told);
                var totals = meters.Totals();
                var good = meters.Total("journey", "express");
                table.Add([
                    $"{count}", Report.Count(good.Count / took.TotalSeconds), Report.Count(requests / took.TotalSeconds), Report.Ms(good.P50), Report.Ms(good.P95), Report.Ms(good.P99), Report.Ms(good.Max),
                    Report.Count(totals.Where(static one => one.Kind is JourneyRun.Failed or "refused").Sum(static one => one.Count)),
                ]);
                last = new Report
                {
                    Name = given.GetValue(express) ? "Express checkouts" : "Journeys",
                    Arguments = given.Words(),
                    Machine = cores.Describe(target.Started),
                    Seconds = took.TotalSeconds,
                    Latencies = totals,
                    Moments = meters.Moments,
                    Table = table,
                };
            }

            return await given.Publish(await Judged(last!, given, target, told));
        });
        return command;
    }

    public static Command Overload()
    {
        Option<double> from = new("--from") { Description = "Requests a second that the ramp begins with.", DefaultValueFactory = static _ => 250 };
        Option<double> times = new("--times") { Description = "How many times the peak is offered in the end.", DefaultValueFactory = static _ => 10 };
        Option<int> connections = new("--connections") { Description = "Most that are open at once; what finds none free is not sent, and counted.", DefaultValueFactory = static _ => 4_000 };
        var mix = Switches.Three("--mix", "70,20,10", "Shares of browsing, carts and express checkouts.");
        var worth = Switches.Three("--worth", "1,3,12", "What one of each costs the shop, in requests that browse: goodput is weighed by it.");
        var step = Switches.Duration("--step", "5s", "How long each step of the ramp lasts.");
        var lasts = Switches.Duration("--seconds", "30s", "How long the overload lasts.");
        var warmUp = Switches.Duration("--warm-up", "20s", "How long it runs at the first rate before, until the hot paths are compiled.");
        var bearable = Switches.Duration("--bearable", "1s", "A step of the ramp whose p99 is longer is beyond the peak.");

        var command = new Command("overload", "An open loop of browsing, carts and checkouts: finds the peak, then offers ten times as much, then little again.")
            .With(from, step, warmUp, lasts, times, mix, worth, connections, bearable);
        command.SetAction(async (given, _) =>
        {
            var (target, cores) = await given.Shop();
            await using var _1 = target;
            var told = new Told();
            await using var run = new OverloadRun(target, new OverloadOptions(
                given.GetValue(from), given.GetValue(step), given.GetValue(warmUp), given.GetValue(lasts), given.GetValue(times), given.GetValue(mix)!, given.GetValue(worth)!, given.GetValue(connections),
                given.GetValue(bearable), given.GetValue(Switches.Pay)!), told);
            var (table, facts) = await run.Run();
            var report = new Report
            {
                Name = "Overload",
                Arguments = given.Words(),
                Machine = cores.Describe(target.Started),
                Seconds = run.Meters.Elapsed.TotalSeconds,
                Facts = facts,
                Table = table,
                Latencies = run.Meters.Totals(),
                Moments = run.Meters.Moments,
            };
            return await given.Publish(await Judged(report, given, target, told));
        });
        return command;
    }

    private static async Task<Report> Judged(Report report, ParseResult given, Target target, Told told)
    {
        if (given.GetValue(Switches.NoCheck) || (target.Started is null && target.AdminKey.Length == 0))
        {
            await Console.Error.WriteLineAsync("the books were not read");
            return report;
        }

        using var books = new Books(target);
        return report with { Verdict = await books.Judge(told, given.GetValue(Switches.Rest)) };
    }
}
