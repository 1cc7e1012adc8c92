using System.CommandLine;
using System.Globalization;
using Commerce.Load.Checks;
using Commerce.Load.Http;
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

    public static Command Flash()
    {
        Option<int> buyers = new("--buyers") { Description = "How many want it.", DefaultValueFactory = static _ => 10_000 };
        Option<int> units = new("--units") { Description = "How many there are.", DefaultValueFactory = static _ => 1_000 };
        Option<int> concurrency = new("--concurrency", "--clients") { Description = "Buyers at a time.", DefaultValueFactory = static _ => 256 };
        Option<string> sku = new("--sku") { Description = "What they want; its stock is set to --units.", DefaultValueFactory = static _ => "ALIS-OOLO-50" };
        Option<int> warmUp = new("--warm-up") { Description = "Buyers of another SKU who come before, until the hot paths are compiled.", DefaultValueFactory = static _ => 4_000 };
        var declined = Switches.Share("--declined", "The share of buyers whose card is declined, as 5%.");
        var neverPay = Switches.Share("--never-pay", "The share of buyers who start to pay (3-D Secure) and never do, as 10%: their units come back when their checkout expires. A started shop lets them after 20 s.");
        Option<double?> kill = new("--kill-silo-at")
        {
            Description = "SIGKILL for a silo when so many of the buyers have had an answer (in a drop: have entered), as 40%: the first of a started shop, or --pid.",
            CustomParser = static result => Switches.Parsed(result, static text => (double?)Switches.ShareOf(text)),
        };
        var patience = Switches.Duration("--patience", "60s", "How long a buyer repeats a request that gets no final answer, with the same key.");
        var giveUp = Switches.Duration("--give-up", "120s", "How long those who were refused wait for what is still held.");
        Option<bool> drop = new("--drop") { Description = "As a drop with a waiting room: everybody takes a place, and buys with a pass." };
        var opensIn = Switches.Duration("--opens-in", "5s", "How long before it opens the drop is scheduled, and everybody begins to come.");
        Option<int> seed = new("--seed") { Description = "Who is declined and who never pays.", DefaultValueFactory = static _ => 1 };

        var command = new Command("flash", "A flash sale: many buyers, few units of one SKU, by express checkout. Exactly so many orders, and everybody is told.")
            .With(buyers, units, concurrency, sku, warmUp, declined, neverPay, kill, patience, giveUp, drop, opensIn, seed);
        command.SetAction(async (given, _) =>
        {
            var options = new FlashOptions(
                given.GetValue(buyers), given.GetValue(units), given.GetValue(concurrency), given.GetValue(sku)!, given.GetValue(Switches.Pay)!, given.GetValue(declined), given.GetValue(neverPay),
                given.GetValue(kill), given.GetValue(patience), given.GetValue(giveUp), given.GetValue(seed));
            var (target, cores) = await given.Shop(needed: options.NeverPay > 0
                ? new Dictionary<string, string> { ["Commerce__Checkouts__Lifetime"] = "00:00:20", ["Commerce__Checkouts__HoldBeyond"] = "00:00:05" }
                : null);
            await using var _1 = target;
            using var books = new Books(target);
            if (given.GetValue(warmUp) is > 0 and var early)
            {
                await Console.Error.WriteLineAsync("warming up ...");
                var warm = options with { Buyers = early, Units = early / 4, Sku = "ALIS-OOLO-100", Declined = Math.Min(options.Declined, 0.05), NeverPay = 0, KillSiloAt = null };
                await new FlashRun(target, warm, new Told(), new Meters(), books).Run();
            }

            var (told, meters) = (new Told(), new Meters());
            var (facts, broken) = given.GetValue(drop)
                ? await Drop(new DropRun(target, options, given.GetValue(opensIn), told, meters), meters)
                : await Sale(new FlashRun(target, options, told, meters, books), meters);
            var report = await Judged(
                new Report
                {
                    Name = given.GetValue(drop) ? "Drop" : "Flash sale",
                    Arguments = given.Words(),
                    Machine = cores.Describe(target.Started),
                    Seconds = meters.LastMoment,
                    Facts = facts,
                    Latencies = meters.Totals(),
                    Moments = meters.Moments,
                },
                given, target, told);
            return await given.Publish(report.Verdict is { } verdict ? report with { Verdict = verdict with { Broken = broken } } : report);
        });
        return command;
    }

    private static async Task<(IReadOnlyList<Fact> Facts, IReadOnlyList<string> Broken)> Sale(FlashRun run, Meters meters)
    {
        await run.Run();
        meters.Tick();
        return (run.Facts(meters.Elapsed), run.Broken());
    }

    private static async Task<(IReadOnlyList<Fact> Facts, IReadOnlyList<string> Broken)> Drop(DropRun run, Meters meters)
    {
        await run.Run();
        meters.Tick();
        return (run.Facts(meters.Elapsed), run.Broken());
    }

    public static Command Baskets()
    {
        Argument<FileInfo> file = new("FILE") { Description = "Baskets, one a line: names of products with commas between them." };
        Option<int> clients = new("--clients", "--concurrency") { Description = "Buyers at a time.", DefaultValueFactory = static _ => 64 };
        Option<int> times = new("--times") { Description = "How often the file is replayed.", DefaultValueFactory = static _ => 1 };
        Option<DirectoryInfo?> writeShop = new("--write-shop") { Description = "Only writes a folder for Commerce__Shop__Directory that sells what is in the file, a product for each name." };
        var declined = Switches.Share("--declined", "The share of baskets whose card is declined, as 5%.");

        var command = new Command("baskets", "Replays a file of real baskets by express checkout, each line of it a purchase.") { file }.With(clients, times, writeShop, declined);
        command.SetAction(async (given, _) =>
        {
            var baskets = BasketFile.Read(given.GetValue(file)!.FullName);
            if (given.GetValue(writeShop) is { } folder)
            {
                baskets.WriteShop(folder.FullName);
                Console.WriteLine($"{baskets.Products.Count} products of {baskets.Baskets.Count:N0} baskets. Start a shop that sells them with");
                Console.WriteLine($"  Commerce__Shop__Directory={folder.FullName} Commerce__RateLimits__Enabled=false dotnet run -c Release --project silo");
                return 0;
            }

            var goods = given.GetValue(Switches.Start) ? Directory.CreateTempSubdirectory("commerce-baskets-") : null;
            try
            {
                if (goods is not null)
                {
                    baskets.WriteShop(goods.FullName);
                }

                var (target, cores) = await given.Shop(goods?.FullName);
                await using var _1 = target;
                var (told, meters) = (new Told(), new Meters());
                var run = new BasketRun(target, baskets, given.GetValue(clients), given.GetValue(times), given.GetValue(Switches.Pay)!, given.GetValue(declined), told, meters);
                var took = await run.Run();
                return await given.Publish(await Judged(
                    new Report
                    {
                        Name = "Baskets",
                        Arguments = given.Words(),
                        Machine = cores.Describe(target.Started),
                        Seconds = took.TotalSeconds,
                        Facts = run.Facts(took),
                        Table = run.Hottest(),
                        Latencies = meters.Totals(),
                        Moments = meters.Moments,
                    },
                    given, target, told));
            }
            finally
            {
                goods?.Delete(recursive: true);
            }
        });
        return command;
    }

    public static Command Soak()
    {
        Option<double> rate = new("--rate") { Description = "Journeys a second.", DefaultValueFactory = static _ => 100 };
        Option<int> clients = new("--clients", "--concurrency") { Description = "Buyers at a time, at the most.", DefaultValueFactory = static _ => 64 };
        var lasts = Switches.Duration("--for", "2h", "How long.");
        var every = Switches.Duration("--every", "1m", "How often a line is printed.");
        var warmUp = Switches.Duration("--warm-up", "60s", "How long it runs before.");
        Option<bool> express = new("--express") { Description = "Express checkouts instead of journeys." };
        Option<string?> journal = new("--journal") { Description = "Where the size of the journal is read: a connection string of PostgreSQL, or a data directory. A started shop's is known." };

        var command = new Command("soak", "A constant rate for hours: a line a minute, and in the end whether anything drifted.").With(rate, clients, lasts, every, warmUp, express, journal);
        command.SetAction(async (given, _) =>
        {
            var (target, cores) = await given.Shop();
            await using var _1 = target;
            var told = new Told(keepEvery: 50);
            var run = new SoakRun(target, given.GetValue(every), given.GetValue(journal), told);
            var options = new JourneyOptions(given.GetValue(clients), given.GetValue(lasts), given.GetValue(warmUp), given.GetValue(Switches.Pay)!, given.GetValue(express), given.GetValue(rate), 0, null);
            var (meters, took) = await run.Run(options);
            return await given.Publish(await Judged(
                new Report
                {
                    Name = "Soak",
                    Arguments = given.Words(),
                    Machine = cores.Describe(target.Started),
                    Seconds = took.TotalSeconds,
                    Facts = run.Drift(),
                    Latencies = meters.Totals(),
                    Moments = meters.Moments,
                },
                given, target, told));
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

    public static Command Events()
    {
        Option<int> followers = new("--clients") { Description = "Connections that follow every event.", DefaultValueFactory = static _ => 1 };
        Option<int> shoppers = new("--shoppers") { Description = "Who makes the events.", DefaultValueFactory = static _ => 8 };
        Option<double> rate = new("--rate") { Description = "Journeys a second at the most; 0: as many as there can be." };
        var lasts = Switches.Duration("--seconds", "10s", "How long.");

        var command = new Command("events", "From commit to SSE client: follows every event while journeys run.").With(followers, shoppers, rate, lasts);
        command.SetAction(async (given, _) =>
        {
            var (target, cores) = await given.Shop();
            await using var _1 = target;
            var told = new Told();
            var options = new JourneyOptions(given.GetValue(shoppers), given.GetValue(lasts), TimeSpan.Zero, given.GetValue(Switches.Pay)!, false, given.GetValue(rate), 0, null);
            var (table, journeys, took) = await EventRun.Run(target, given.GetValue(followers), options, told);
            return await given.Publish(await Judged(
                new Report
                {
                    Name = "Events",
                    Arguments = given.Words(),
                    Machine = cores.Describe(target.Started),
                    Seconds = took.TotalSeconds,
                    Table = table,
                    Latencies = journeys.Totals(),
                    Moments = journeys.Moments,
                },
                given, target, told));
        });
        return command;
    }

    public static Command Carts()
    {
        Option<int> count = new("--count") { Description = "How many.", DefaultValueFactory = static _ => 100_000 };
        var command = new Command("carts", "So many carts with a line each, and then nobody comes back to them: to see what they weigh.") { count, Switches.Url };
        command.SetAction(async (given, _) =>
        {
            var left = given.GetValue(count);
            var refused = 0;
            await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
            {
                await using var connection = new Connection(given.GetValue(Switches.Url)!, TimeSpan.FromSeconds(30));
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    var cart = await connection.Send("POST", "/v1/carts", """{"channel":"eu","lines":[{"sku":"ALIS-OOLO-50","quantity":1}]}""");
                    Interlocked.Add(ref refused, cart.IsGood ? 0 : 1);
                }
            })));
            return refused == 0 ? 0 : throw new InvalidOperationException($"{refused} carts were refused: is Commerce__RateLimits__Enabled false?");
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
