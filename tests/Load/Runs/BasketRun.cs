using System.Diagnostics;
using Commerce.Load.Buying;
using Commerce.Load.Checks;
using Commerce.Load.Http;
using Commerce.Load.Measuring;
using Commerce.Load.Shops;

namespace Commerce.Load.Runs;

/// <summary>Real baskets as they came, so many at a time: some SKUs are in a quarter of them, most in hardly any.</summary>
internal sealed class BasketRun(Target target, BasketFile file, int clients, int times, Payment payment, double declined, Told told, Meters meters)
{
    private const int Shown = 10;

    private readonly Dictionary<string, long> baskets = [];
    private int served, sold;

    public async Task<TimeSpan> Run()
    {
        await Shelves.Fill(target, file.Products.Keys);
        var next = -1;
        var all = file.Baskets.Count * times;
        await using (new LiveLine(meters, () => $"{served:N0} of {all:N0} baskets"))
        {
            await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
            {
                await using var connection = new Connection(target.Url, TimeSpan.FromSeconds(30));
                var buyer = new Buyer(connection, TimeSpan.FromSeconds(60));
                while (Interlocked.Increment(ref next) is var number && number < all)
                {
                    await Serve(buyer, number);
                }
            })));
        }

        return meters.Elapsed;
    }

    public IReadOnlyList<Fact> Facts(TimeSpan took)
    {
        var lines = file.Baskets.Sum(static basket => (long)basket.Count) * times;
        return
        [
            new Fact("baskets", $"{file.Baskets.Count:N0} with {file.Products.Count} products, {(double)lines / times / file.Baskets.Count:0.0} lines each; replayed {times} times by {clients} clients"),
            new Fact("sold", $"{sold:N0} baskets in {took.TotalSeconds:N1} s: {sold / took.TotalSeconds:N0} baskets/s, {lines / took.TotalSeconds:N0} lines/s"),
        ];
    }

    /// <summary>The skew: which SKUs are in how many baskets.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Hottest()
    {
        foreach (var (sku, _) in file.Baskets.SelectMany(static basket => basket))
        {
            baskets[sku] = baskets.GetValueOrDefault(sku) + 1;
        }

        var seconds = meters.Elapsed.TotalSeconds;
        var all = baskets.Values.Sum();
        return
        [
            ["hottest SKUs", "of all baskets", "of all lines", "reservations/s"],
            .. baskets.OrderByDescending(static one => one.Value).Take(Shown).Select(one => (IReadOnlyList<string>)
                [one.Key, $"{(double)one.Value / file.Baskets.Count:P1}", $"{(double)one.Value / all:P1}", Report.Count(one.Value * times / seconds)]),
            [$"all {baskets.Count}", "", "100 %", Report.Count(all * times / seconds)],
        ];
    }

    private async Task Serve(Buyer buyer, int number)
    {
        var pays = new Random(number).NextDouble() >= declined;
        var purchase = new Purchase(file.Baskets[number % file.Baskets.Count], pays ? payment : Payment.Declined);
        var key = Buyer.NewKey();
        var began = Stopwatch.GetTimestamp();
        var outcome = await buyer.BuyAtOnce(key, purchase);
        Interlocked.Increment(ref served);
        switch (outcome.Ending)
        {
            case Ending.Sold:
                meters.Record("basket", began);
                told.Ordered(key, outcome.Reason);
                Interlocked.Increment(ref sold);
                break;
            case Ending.Refused:
                meters.Record(pays ? "refused" : "declined", began);
                told.Refuse(key, outcome.Reason);
                break;
            default:
                meters.Record("no answer", began);
                told.Count(outcome.Reason);
                break;
        }
    }
}
