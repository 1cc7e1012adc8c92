using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Commerce.Load.Buying;
using Commerce.Load.Checks;
using Commerce.Load.Http;
using Commerce.Load.Measuring;
using Commerce.Load.Shops;

namespace Commerce.Load.Runs;

/// <param name="From">Requests a second that the ramp begins with.</param>
/// <param name="Step">How long each step of the ramp lasts.</param>
/// <param name="Lasts">How long the overload lasts.</param>
/// <param name="Times">How many times the peak is offered then.</param>
/// <param name="Mix">Shares of browsing, carts and checkouts.</param>
/// <param name="Worth">What one of each costs the shop, in requests that browse: goodput is weighed by it, since a shop that sheds what is cheap first answers fewer and does as much.</param>
/// <param name="Connections">Most that are open at once: what finds none free is not sent, and counted.</param>
/// <param name="Bearable">A step of the ramp whose p99 is longer is beyond the peak.</param>
internal sealed record OverloadOptions(
    double From, TimeSpan Step, TimeSpan WarmUp, TimeSpan Lasts, double Times, IReadOnlyList<double> Mix, IReadOnlyList<double> Worth, int Connections, TimeSpan Bearable, Payment Payment);

/// <summary>
/// More than the machine can carry. An open loop: requests come at a rate, whether or not the last ones were answered, and their latency counts from when they
/// were due. First a ramp finds the peak; then a multiple of it is offered; then less than the peak again, to see what the overload left behind.
/// </summary>
internal sealed class OverloadRun(Target target, OverloadOptions options, Told told) : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> Classes = ["browse", "cart", "checkout"];

    private const string Shed = "shed", NoAnswer = "no answer", Wrong = "error";
    private const double Growth = 1.4, Goodness = 0.85, Slowness = 2;

    private readonly ConcurrentStack<Connection> free = new();
    private readonly string buy = Purchase.Two(options.Payment).Express;
    private int open;

    /// <summary>Of the whole run.</summary>
    public Meters Meters { get; } = new();

    public async Task<(IReadOnlyList<IReadOnlyList<string>> Table, IReadOnlyList<Fact> Facts)> Run()
    {
        await Shelves.Fill(target, Purchase.Two(options.Payment).Lines.Select(static line => line.Sku));
        var table = new List<IReadOnlyList<string>>
        {
            (string[])["phase", "asked/s", "sent/s", "good/s", "browse/s", "cart/s", "checkout/s", "shed/s", "no answer/s", "errors/s", "not sent/s", "p50 ms", "p99 ms", "connections"],
        };
        if (options.WarmUp > TimeSpan.Zero)
        {
            await Offer("warming up", options.From, options.WarmUp);
        }

        var peak = await Ramp(table);
        var times = options.Times.ToString("0.#", CultureInfo.InvariantCulture);
        var over = await Offer($"{times} x the peak", peak.Sent * options.Times, options.Lasts);
        table.Add(over.Row());
        var after = await Offer("afterwards, 0.5 x the peak", peak.Sent / 2, options.Step);
        table.Add(after.Row());
        return (table,
        [
            new Fact("peak", $"{peak.Good:N0} good requests/s, worth {peak.Worth(options.Worth):N0}, p99 {Report.Ms(peak.Answered.P99)} ms"),
            new Fact($"goodput at {times} x", $"{over.Good:N0}/s ({over.Good / peak.Good:P0} of the peak), worth {over.Worth(options.Worth):N0}: {over.Worth(options.Worth) / peak.Worth(options.Worth):P0} of the peak ({Word(over.Worth(options.Worth) >= Goodness * peak.Worth(options.Worth))}: at least {Goodness:P0})"),
            new Fact("sent", $"{over.Sent / peak.Sent:0.0} x the peak; the rest found no free connection or came too late for this machine"),
            new Fact("p99 of what was admitted", $"{Report.Ms(over.Answered.P99)} ms, {over.Answered.P99 / Math.Max(0.1, peak.Answered.P99):0.0} x that of the peak ({Word(over.Answered.P99 < Slowness * peak.Answered.P99)}: below {Slowness:0} x)"),
            new Fact("shed, by status and problem", over.Refusals.IsEmpty ? "nothing" : string.Join(", ", over.Refusals.OrderByDescending(static one => one.Value).Select(static one => $"{one.Key} × {one.Value:N0}"))),
            new Fact("said when to come back", $"{over.SaidWhen:N0} of {over.Shed:N0} that were shed"),
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in free)
        {
            await connection.DisposeAsync();
        }
    }

    private static string Word(bool met) => met ? "met" : "missed";

    /// <summary>Steps up until more is offered than comes back, or until it takes too long.</summary>
    private async Task<Phase> Ramp(List<IReadOnlyList<string>> table)
    {
        Phase? peak = null;
        var beyond = 0;
        for (var rate = options.From; beyond < 2; rate *= Growth)
        {
            var step = await Offer("ramp", rate, options.Step);
            table.Add(step.Row());
            var carried = step.Good >= 0.9 * rate && step.Answered.P99 <= options.Bearable.TotalMilliseconds;
            beyond = carried ? 0 : beyond + 1;
            if (peak is null || (step.Good > peak.Good && step.Answered.P99 <= options.Bearable.TotalMilliseconds))
            {
                peak = step;
            }
        }

        return peak!;
    }

    /// <summary>So many requests a second, for so long; then waits for those that are under way.</summary>
    private async Task<Phase> Offer(string name, double rate, TimeSpan lasts)
    {
        var phase = new Phase(name, rate, lasts);
        var random = new Random(1);
        var clock = Stopwatch.StartNew();
        await using (new LiveLine(Meters, () => $"{name}: {rate:N0}/s"))
        {
            long due = 0;
            while (clock.Elapsed < lasts)
            {
                for (var now = (long)(clock.Elapsed.TotalSeconds * rate); due < now; due++)
                {
                    var kind = Kind(random.NextDouble());
                    if (Rent() is { } connection)
                    {
                        phase.Sending();
                        _ = Shoot(connection, kind, phase, Stopwatch.GetTimestamp());
                    }
                    else
                    {
                        phase.NotSent();
                    }
                }

                await Task.Delay(1);
            }

            await phase.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        }

        phase.Close();
        return phase;
    }

    private int Kind(double at)
    {
        var sum = options.Mix.Sum();
        return at * sum < options.Mix[0] ? 0 : at * sum < options.Mix[0] + options.Mix[1] ? 1 : 2;
    }

    private Connection? Rent()
    {
        if (free.TryPop(out var idle))
        {
            return idle;
        }

        if (Interlocked.Increment(ref open) <= options.Connections)
        {
            return new Connection(target.Url, TimeSpan.FromSeconds(15));
        }

        Interlocked.Decrement(ref open);
        return null;
    }

    private async Task Shoot(Connection connection, int kind, Phase phase, long due)
    {
        try
        {
            var key = Buyer.NewKey();
            var answer = kind switch
            {
                0 => await connection.Send("GET", "/v1/products/alishan-oolong?channel=eu"),
                1 => await connection.Send("POST", "/v1/carts", """{"channel":"eu","lines":[{"sku":"ALIS-OOLO-50","quantity":1}]}"""),
                _ => await connection.Send("POST", "/v1/checkouts", buy, key),
            };
            if (kind == 2 && answer.IsGood && answer.Text("orderId") is { } order)
            {
                told.Ordered(key, order);
            }

            var what = answer switch
            {
                { IsGood: true } => Classes[kind],
                { Status: 429 or 503 } => Shed,
                { Status: 0 } => NoAnswer,
                _ => Wrong,
            };
            Meters.Record(what, due);
            phase.Record(what, due, answer);
        }
        finally
        {
            free.Push(connection);
            phase.Done();
        }
    }

    /// <summary>One rate, and what came of it.</summary>
    private sealed class Phase(string name, double asked, TimeSpan lasts)
    {
        private readonly Meters meters = new();
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int underWay = 1, most; // itself
        private long sent, notSent, shed, saidWhen;
        private IReadOnlyList<Latency> totals = [];

        public ConcurrentDictionary<string, long> Refusals { get; } = new();

        /// <summary>Everything has been answered or given up.</summary>
        public Task Ended
        {
            get
            {
                Done();
                return ended.Task;
            }
        }

        public double Sent => sent / lasts.TotalSeconds;

        public double Good => Classes.Sum(Rate);

        /// <summary>Goodput by what it costs.</summary>
        public double Worth(IReadOnlyList<double> each) => Classes.Select((kind, index) => Rate(kind) * each[index]).Sum();

        public long Shed => shed;

        public long SaidWhen => saidWhen;

        /// <summary>What was admitted.</summary>
        public Latency Answered { get; private set; }

        public void Sending()
        {
            sent++;
            var now = Interlocked.Increment(ref underWay);
            most = Math.Max(most, now - 1);
        }

        public void NotSent() => notSent++;

        public void Done()
        {
            if (Interlocked.Decrement(ref underWay) == 0)
            {
                ended.TrySetResult();
            }
        }

        public void Record(string what, long due, Answer answer)
        {
            meters.Record(what, due);
            if (answer.Status >= 400)
            {
                Refusals.AddOrUpdate($"{answer.Status} {answer.Text("code")}", 1, static (_, count) => count + 1);
                Interlocked.Add(ref shed, what == OverloadRun.Shed ? 1 : 0);
                Interlocked.Add(ref saidWhen, what == OverloadRun.Shed && answer.RetryAfter > 0 ? 1 : 0);
            }
        }

        public void Close()
        {
            totals = meters.Totals();
            Answered = meters.Total([.. Classes]);
        }

        public IReadOnlyList<string> Row() =>
        [
            name, Report.Count(asked), Report.Count(Sent), Report.Count(Good), .. Classes.Select(kind => Report.Count(Rate(kind))), Report.Count(Rate(OverloadRun.Shed)),
            Report.Count(Rate(NoAnswer)), Report.Count(Rate(Wrong)), Report.Count(notSent / lasts.TotalSeconds), Report.Ms(Answered.P50), Report.Ms(Answered.P99), Report.Count(most),
        ];

        private double Rate(string kind) => totals.Where(one => one.Kind == kind).Sum(static one => one.Count) / lasts.TotalSeconds;
    }
}
