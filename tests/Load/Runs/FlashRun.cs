using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Commerce.Load.Buying;
using Commerce.Load.Checks;
using Commerce.Load.Http;
using Commerce.Load.Measuring;
using Commerce.Load.Shops;

namespace Commerce.Load.Runs;

/// <param name="Sku">What everybody wants; an operator sets its stock to <paramref name="Units"/> first.</param>
/// <param name="Concurrency">Buyers at a time.</param>
/// <param name="Declined">The share of buyers whose card is declined, and</param>
/// <param name="NeverPay">of those who start to pay and never do: their units come back when their checkout expires.</param>
/// <param name="KillSiloAt">The share of buyers that have had an answer when a silo is killed; null: none is.</param>
/// <param name="Patience">How long a buyer repeats a request that gets no final answer.</param>
/// <param name="GiveUp">How long those who were refused wait for what is still held, all together.</param>
internal sealed record FlashOptions(
    int Buyers, int Units, int Concurrency, string Sku, Payment Payment, double Declined, double NeverPay, double? KillSiloAt, TimeSpan Patience, TimeSpan GiveUp, int Seed);

/// <summary>
/// Many want the few units of one SKU, all by express checkout, a new guest each.
/// <para>What a buyer does: who gets an order, or whose card is declined, goes home. Who gets no final answer (a lost connection, 503) repeats the request with the same key.
/// Who is told that nothing is left goes home when that is final. While units are held by others, who may not pay, it stays near, as with a page that shows what is
/// available, and comes again under a new key as soon as there is something, one buyer for each unit that came back: so every unit is sold in the end.</para>
/// </summary>
internal sealed class FlashRun(Target target, FlashOptions options, Told told, Meters meters, Books books)
{
    public const string Sold = "sold", SoldOut = "sold out", Declined = "declined", NeverPays = "never pays", NoAnswer = "no answer", Refused = "refused otherwise";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<int> waiting = new();
    private readonly ConcurrentDictionary<string, long> requests = new();
    private int served, sold, declined, neverPaid, unanswered, otherwise, cameAgain, killed;

    public int Answered => Volatile.Read(ref served);

    /// <summary>Buyers who ended without an order because nothing was left.</summary>
    public int WentWithout => waiting.Count;

    public async Task Run()
    {
        await Shelves.Set(target, options.Sku, options.Units);
        var next = -1;
        await using (new LiveLine(meters, Progress))
        {
            await Crowd(() => Interlocked.Increment(ref next) is var number && number < options.Buyers ? number : null);
            await ComeAgain();
        }
    }

    public IReadOnlyList<Fact> Facts(TimeSpan took) =>
    [
        new Fact("buyers", $"{options.Buyers:N0} for {options.Units:N0} units of {options.Sku}, {options.Concurrency} at a time"),
        new Fact("sold", $"{sold:N0} in {took.TotalSeconds:N1} s"),
        new Fact("went without, told that it is sold out", $"{waiting.Count:N0}"),
        new Fact("whose card was declined", $"{declined:N0}"),
        new Fact("who never paid", $"{neverPaid:N0}"),
        new Fact("who came again because units had come back", $"{cameAgain:N0} times"),
        new Fact("without a final answer", $"{unanswered:N0}"),
        .. otherwise > 0 ? [new Fact("refused for another reason", $"{otherwise:N0}")] : Array.Empty<Fact>(),
        .. options.KillSiloAt is { } at ? [new Fact("a silo was killed", killed == 1 ? $"when {at:P0} of the buyers had an answer" : "NOT: the run was over before")] : Array.Empty<Fact>(),
    ];

    /// <summary>What must be true of such a sale, beyond the books: every unit sold, everybody told.</summary>
    public IReadOnlyList<string> Broken()
    {
        var broken = new List<string>();
        var paying = options.Buyers - declined - neverPaid;
        var expected = Math.Min(options.Units, paying);
        if (sold != expected && unanswered == 0)
        {
            broken.Add($"{sold} were sold, and {expected} could have been");
        }

        if (unanswered > 0)
        {
            broken.Add($"{unanswered} buyers got no final answer");
        }

        if (otherwise > 0)
        {
            broken.Add($"{otherwise} buyers were refused for another reason than that nothing is left");
        }

        return broken;
    }

    private string Progress() => string.Create(
        CultureInfo.InvariantCulture, $"{served:N0} of {options.Buyers:N0} buyers, {sold:N0} of {options.Units:N0} sold, {waiting.Count:N0} without{(cameAgain > 0 ? $", {cameAgain:N0} came again" : "")}");

    /// <summary>So many at a time, until nobody comes any more.</summary>
    private Task Crowd(Func<int?> next) => Task.WhenAll(Enumerable.Range(0, options.Concurrency).Select(_ => Task.Run(async () =>
    {
        await using var connection = new Connection(target.Url, TimeSpan.FromSeconds(30));
        var buyer = new Buyer(connection, options.Patience);
        while (next() is { } number)
        {
            await Serve(buyer, number);
            if (Interlocked.Increment(ref served) is var count && options.KillSiloAt is { } at && count >= at * options.Buyers && Interlocked.Exchange(ref killed, 1) == 0)
            {
                await target.KillSilo();
            }
        }
    })));

    private async Task Serve(Buyer buyer, int number)
    {
        var kind = new Random((options.Seed * 7919) + number).NextDouble();
        var payment = kind < options.Declined ? Payment.Declined : kind < options.Declined + options.NeverPay ? Payment.NeverMade : options.Payment;
        var key = Buyer.NewKey();
        var began = Stopwatch.GetTimestamp();
        var outcome = await buyer.BuyAtOnce(key, new Purchase([(options.Sku, 1)], payment));
        switch (outcome)
        {
            case { Ending: Ending.Sold }:
                meters.Record(Sold, began);
                told.Ordered(key, outcome.Reason);
                Interlocked.Increment(ref sold);
                break;
            case { Ending: Ending.Refused, Reason: "out-of-stock" or "sold-out" or "goods-held" }:
                meters.Record(SoldOut, began);
                told.Refuse(key, outcome.Reason);
                waiting.Enqueue(number);
                break;
            case { Ending: Ending.Refused } when payment == Payment.Declined:
                meters.Record(Declined, began);
                told.Refuse(key, outcome.Reason);
                Interlocked.Increment(ref declined);
                break;
            case { Ending: Ending.Refused }:
                meters.Record(Refused, began);
                told.Refuse(key, outcome.Reason);
                Interlocked.Increment(ref otherwise);
                break;
            case { Ending: Ending.Held }:
                meters.Record(NeverPays, began);
                told.Count("never paid");
                Interlocked.Increment(ref neverPaid);
                break;
            default:
                meters.Record(NoAnswer, began);
                told.Count(outcome.Reason);
                Interlocked.Increment(ref unanswered);
                break;
        }
    }

    /// <summary>While something is held that may come back: as many as there are units come again.</summary>
    private async Task ComeAgain()
    {
        var clock = Stopwatch.StartNew();
        while (!waiting.IsEmpty && clock.Elapsed < options.GiveUp)
        {
            switch (await books.Stock(options.Sku))
            {
                case (0, 0):
                    return; // sold out for good
                case null or (0, _):
                    await Task.Delay(Look);
                    break;
                case ( > 0 and var available, _):
                    var back = (int)Math.Min(available, waiting.Count);
                    await Crowd(() => Interlocked.Decrement(ref back) >= 0 && waiting.TryDequeue(out var number) ? Again(number) : null);
                    break;
                default:
                    return; // no unit is below nothing: the books will say so
            }
        }
    }

    private int? Again(int number)
    {
        Interlocked.Increment(ref cameAgain);
        return number;
    }
}
