using System.Diagnostics;
using Commerce.Load.Buying;
using Commerce.Load.Checks;
using Commerce.Load.Http;
using Commerce.Load.Measuring;
using Commerce.Load.Shops;

namespace Commerce.Load.Runs;

/// <param name="Express">One request a purchase instead of five.</param>
/// <param name="Rate">Purchases a second at the most, all clients together; 0: as many as there can be.</param>
/// <param name="Declined">The share of purchases whose card is declined, from 0 to 1.</param>
internal sealed record JourneyOptions(int Clients, TimeSpan Lasts, TimeSpan WarmUp, Payment Payment, bool Express, double Rate, double Declined, IReadOnlyList<string>? Hot)
{
    /// <summary>Whom every measurement is told besides; null: nobody.</summary>
    public Action<string, TimeSpan>? Heard { get; init; }
}

/// <summary>
/// Whole journeys over HTTP: create a cart, add two lines, set the destination, check out, order placed. Five requests each, one connection a client, nothing shared
/// between clients but the stock. A closed loop: each client starts its next journey when the last has ended.
/// </summary>
internal static class JourneyRun
{
    public const string Failed = "failed", Declined = "declined";

    public static async Task<(Meters Meters, TimeSpan Took, long Requests)> Run(Target target, JourneyOptions options, Told told)
    {
        await Shelves.Fill(target, Goods(options));
        if (options.WarmUp > TimeSpan.Zero)
        {
            await Load(target, options with { Lasts = options.WarmUp }, told, "warming up");
        }

        return await Load(target, options, told, options.Express ? "express checkouts" : "journeys");
    }

    private static IReadOnlyList<string> Goods(JourneyOptions options) => options.Hot ?? [.. Purchase.Two(options.Payment).Lines.Select(static line => line.Sku)];

    private static async Task<(Meters Meters, TimeSpan Took, long Requests)> Load(Target target, JourneyOptions options, Told told, string what)
    {
        var meters = new Meters();
        long requests = 0;
        var complaints = 0;
        var wanted = new Purchase([.. Goods(options).Select(static sku => (sku, 1))], options.Payment);
        var unpaid = wanted with { Payment = Payment.Declined };
        var kind = options.Express ? "express" : "journey";
        var clock = Stopwatch.StartNew();
        await using (new LiveLine(meters, () => $"{what}, {options.Clients} clients"))
        {
            await Task.WhenAll(Enumerable.Range(0, options.Clients).Select(number => Task.Run(async () =>
            {
                var random = new Random(number);
                await using var connection = new Connection(target.Url, TimeSpan.FromSeconds(30));
                var buyer = new Buyer(connection, TimeSpan.FromSeconds(30));
                var next = clock.Elapsed + TimeSpan.FromSeconds(options.Rate > 0 ? random.NextDouble() * options.Clients / options.Rate : 0);
                while (clock.Elapsed < options.Lasts)
                {
                    if (options.Rate > 0)
                    {
                        next += TimeSpan.FromSeconds(options.Clients / options.Rate); // each its share
                        await Wait(next - clock.Elapsed);
                    }

                    var key = Buyer.NewKey();
                    var purchase = options.Declined > 0 && random.NextDouble() < options.Declined ? unpaid : wanted;
                    var began = Stopwatch.GetTimestamp();
                    var outcome = options.Express ? await buyer.BuyAtOnce(key, purchase) : await buyer.BuyStepByStep(key, purchase);
                    Interlocked.Add(ref requests, outcome.Requests);
                    switch (outcome.Ending)
                    {
                        case Ending.Sold:
                            meters.Record(kind, began);
                            options.Heard?.Invoke(kind, Stopwatch.GetElapsedTime(began));
                            told.Ordered(key, outcome.Reason);
                            break;
                        case Ending.Refused:
                            meters.Record(purchase == unpaid ? Declined : "refused", began);
                            told.Refuse(key, outcome.Reason);
                            break;
                        default:
                            meters.Record(Failed, began);
                            options.Heard?.Invoke(Failed, Stopwatch.GetElapsedTime(began));
                            told.Count(outcome.Reason);
                            if (Interlocked.Increment(ref complaints) <= 5)
                            {
                                await Console.Error.WriteLineAsync(outcome.Reason);
                            }

                            break;
                    }
                }
            })));
        }

        return (meters, clock.Elapsed, requests);
    }

    private static Task Wait(TimeSpan time) => time > TimeSpan.FromMilliseconds(1) ? Task.Delay(time) : Task.CompletedTask;
}
