using System.Diagnostics;
using System.Globalization;
using Commerce.Load.Buying;
using Commerce.Load.Checks;
using Commerce.Load.Http;
using Commerce.Load.Measuring;
using Commerce.Load.Shops;

namespace Commerce.Load.Runs;

/// <summary>
/// A flash sale with a waiting room: an operator schedules a drop; everybody takes a place before it opens, asks how it stands no more often than the shop says, buys with a pass
/// when it is the turn, and is told when everything is gone. Whose card is declined leaves, so that the pass goes to the next; who never pays does not even leave.
/// </summary>
internal sealed class DropRun(Target target, FlashOptions options, TimeSpan opensIn, Told told, Meters meters)
{
    public const string Entered = "entered", Asked = "asked", Refused = "refused otherwise", NoAnswer = "no answer";

    private static readonly TimeSpan PassLifetime = TimeSpan.FromSeconds(15);

    private readonly PriorityQueue<Place, long> due = new();
    private readonly int[] ends = new int[Enum.GetValues<Ended>().Length];
    private int arrived, left, killed;
    private TimeSpan entering;

    public async Task Run()
    {
        await Shelves.Set(target, options.Sku, options.Units);
        var drop = await Schedule();
        left = options.Buyers;
        var clock = Stopwatch.StartNew();
        await using (new LiveLine(meters, () => string.Create(
            CultureInfo.InvariantCulture, $"{arrived:N0} of {options.Buyers:N0} entered, {Of(Ended.Sold):N0} of {options.Units:N0} sold, {Of(Ended.SoldOut):N0} told that it is sold out")))
        {
            var next = -1;
            await Crowd(async (connection, _) =>
            {
                while (Interlocked.Increment(ref next) is var number && number < options.Buyers)
                {
                    await Enter(connection, drop, number);
                }
            });
            entering = clock.Elapsed;
            await Crowd(Wait);
        }
    }

    public IReadOnlyList<Fact> Facts(TimeSpan took) =>
    [
        new Fact("buyers", $"{options.Buyers:N0} for {options.Units:N0} units of {options.Sku}, in a drop; {options.Concurrency} connections"),
        new Fact("entered", $"{arrived:N0} in {entering.TotalSeconds:N1} s: {arrived / entering.TotalSeconds:N0}/s"),
        new Fact("sold", $"{Of(Ended.Sold):N0} in {took.TotalSeconds:N1} s"),
        new Fact("told that it is sold out", $"{Of(Ended.SoldOut):N0}"),
        new Fact("whose card was declined", $"{Of(Ended.Declined):N0}"),
        new Fact("who never paid", $"{Of(Ended.NeverPaid):N0}"),
        new Fact("without a final answer", $"{Of(Ended.NoAnswer):N0}"),
        .. killed == 1 ? [new Fact("a silo was killed", $"when {options.KillSiloAt:P0} of the buyers had entered")] : Array.Empty<Fact>(),
        .. Of(Ended.Otherwise) > 0 ? [new Fact("refused for another reason", $"{Of(Ended.Otherwise):N0}")] : Array.Empty<Fact>(),
    ];

    public IReadOnlyList<string> Broken() =>
    [
        .. Of(Ended.Sold) == Math.Min(options.Units, options.Buyers - Of(Ended.Declined) - Of(Ended.NeverPaid)) ? Array.Empty<string>() : [$"{Of(Ended.Sold)} were sold"],
        .. Of(Ended.NoAnswer) == 0 ? Array.Empty<string>() : [$"{Of(Ended.NoAnswer)} buyers got no final answer"],
        .. Of(Ended.Otherwise) == 0 ? Array.Empty<string>() : [$"{Of(Ended.Otherwise)} buyers were refused for another reason than that nothing is left"],
    ];

    private int Of(Ended how) => Volatile.Read(ref ends[(int)how]);

    private async Task<string> Schedule()
    {
        await using var operators = new Connection(target.Url, TimeSpan.FromSeconds(30)) { Token = target.AdminKey };
        var opens = DateTimeOffset.UtcNow + opensIn;
        var scheduled = await operators.Send(
            "POST", "/v1/admin/drops",
            $$"""{"name":"A load test","skus":["{{options.Sku}}"],"allotment":{{options.Units}},"startsAt":"{{opens:O}}","endsAt":"{{opens.AddHours(1):O}}","passLifetime":{{PassLifetime.TotalSeconds}}}""",
            Buyer.NewKey());
        return scheduled.IsGood ? scheduled.Text("id")! : throw new InvalidOperationException($"The drop could not be scheduled: {scheduled.Excerpt}");
    }

    private async Task Enter(Connection connection, string drop, int number)
    {
        connection.Token = null;
        var began = Stopwatch.GetTimestamp();
        var key = Buyer.NewKey();
        var body = $$"""{"email":"buyer{{number}}@example.org","device":"device {{number}}"}""";
        var entry = await connection.Send("POST", $"/v1/drops/{drop}/entries", body, key);
        while (entry.IsWorthRepeating && Stopwatch.GetElapsedTime(began) < options.Patience)
        {
            await Task.Delay(entry.RetryAfter > 0 ? TimeSpan.FromSeconds(entry.RetryAfter) : TimeSpan.FromMilliseconds(100));
            entry = await connection.Send("POST", $"/v1/drops/{drop}/entries", body, key);
        }

        meters.Record(Entered, began);
        if (entry.IsGood && entry.Text("id") is { } id && entry.Text("token") is { } token)
        {
            if (Interlocked.Increment(ref arrived) is var count && options.KillSiloAt is { } at && count >= at * options.Buyers && Interlocked.Exchange(ref killed, 1) == 0)
            {
                await target.KillSilo();
            }

            Later(new Place(number, $"/v1/drops/{drop}/entries/{id}", token), entry);
        }
        else
        {
            told.Count(entry.Text("code") ?? entry.Excerpt);
            End(entry.Text("code") is "drop-over" ? Ended.SoldOut : entry.Status is >= 400 and < 500 ? Ended.Otherwise : Ended.NoAnswer);
        }
    }

    /// <summary>Takes whoever is due, until everybody has an end.</summary>
    private async Task Wait(Connection connection, Buyer buyer)
    {
        var began = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref left) > 0 && Stopwatch.GetElapsedTime(began) < options.GiveUp)
        {
            Place? place = null;
            lock (due)
            {
                if (due.TryPeek(out _, out var at) && at <= Environment.TickCount64)
                {
                    place = due.Dequeue();
                }
            }

            if (place is null)
            {
                await Task.Delay(20);
                continue;
            }

            await Ask(connection, buyer, place);
        }
    }

    private async Task Ask(Connection connection, Buyer buyer, Place place)
    {
        connection.Token = place.Token;
        var began = Stopwatch.GetTimestamp();
        var entry = await connection.Send("GET", place.Path);
        meters.Record(Asked, began);
        switch (entry.IsGood ? entry.Text("status") : null)
        {
            case "admitted" when entry.Text("pass") is { } pass:
                await Buy(connection, buyer, place, pass);
                break;
            case "sold_out" or "closed":
                End(Ended.SoldOut);
                break;
            case "expired" or "left" or "limit_reached" or "cancelled" or "bought":
                told.Count(entry.Text("status")!);
                End(Ended.Otherwise);
                break;
            case null when !entry.IsWorthRepeating:
                told.Count(entry.Text("code") ?? entry.Excerpt);
                End(Ended.Otherwise);
                break;
            default:
                Later(place, entry);
                break;
        }
    }

    private async Task Buy(Connection connection, Buyer buyer, Place place, string pass)
    {
        var kind = new Random((options.Seed * 7919) + place.Number).NextDouble();
        var payment = kind < options.Declined ? Payment.Declined : kind < options.Declined + options.NeverPay ? Payment.NeverMade : options.Payment;
        var key = Buyer.NewKey();
        var began = Stopwatch.GetTimestamp();
        var outcome = await buyer.BuyAtOnce(key, new Purchase([(options.Sku, 1)], payment, pass), place.Token);
        switch (outcome.Ending)
        {
            case Ending.Sold:
                meters.Record(FlashRun.Sold, began);
                told.Ordered(key, outcome.Reason);
                End(Ended.Sold);
                break;
            case Ending.Refused when payment == Payment.Declined:
                meters.Record(FlashRun.Declined, began);
                told.Refuse(key, outcome.Reason);
                connection.Token = place.Token;
                await connection.Send("DELETE", place.Path, null, Buyer.NewKey());
                End(Ended.Declined);
                break;
            case Ending.Held:
                meters.Record(FlashRun.NeverPays, began);
                told.Count("never paid");
                End(Ended.NeverPaid);
                break;
            case Ending.Refused:
                meters.Record(Refused, began);
                told.Refuse(key, outcome.Reason);
                End(Ended.Otherwise);
                break;
            default:
                meters.Record(NoAnswer, began);
                told.Count(outcome.Reason);
                End(Ended.NoAnswer);
                break;
        }
    }

    /// <summary>Asks again when the shop says that it is worth it.</summary>
    private void Later(Place place, Answer entry)
    {
        lock (due)
        {
            due.Enqueue(place, Environment.TickCount64 + (Math.Max(1, entry.RetryAfter) * 1_000L));
        }
    }

    private void End(Ended how)
    {
        Interlocked.Increment(ref ends[(int)how]);
        Interlocked.Decrement(ref left);
    }

    private Task Crowd(Func<Connection, Buyer, Task> each) => Task.WhenAll(Enumerable.Range(0, options.Concurrency).Select(_ => Task.Run(async () =>
    {
        await using var connection = new Connection(target.Url, TimeSpan.FromSeconds(30));
        await each(connection, new Buyer(connection, options.Patience));
    })));

    private enum Ended
    {
        Sold,
        SoldOut,
        Declined,
        NeverPaid,
        Otherwise,
        NoAnswer,
    }

    /// <summary>Somebody in the waiting room.</summary>
    private sealed record Place(int Number, string Path, string Token);
}
