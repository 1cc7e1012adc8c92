using System.Collections.Concurrent;
using System.Diagnostics;
using Commerce.Invariants;
using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Crash;

/// <summary>What one shopper of the crowd is out to buy.</summary>
/// <param name="Express">Says everything in one request instead of filling a cart.</param>
/// <param name="Impatient">Does not wait for the answer, and calls it off at once: too late, perhaps.</param>
internal sealed record Errand(int Number, string Sku, int Quantity, string Method, string? Provider, bool Express, bool Impatient)
{
    public string Key { get; } = ShopClient.NewKey();
}

/// <summary>How one request ended.</summary>
/// <param name="At">When it was made, since the crowd came.</param>
/// <param name="What">Method and path, its id left out.</param>
/// <param name="Status">Null: there was no answer.</param>
/// <param name="SaysWhen">Whether the answer said when to come back.</param>
/// <param name="Complaint">What was said instead of help.</param>
internal sealed record Ending(TimeSpan At, TimeSpan Took, string What, int? Status, bool SaysWhen, string? Complaint);

/// <summary>A crowd of shoppers who want their orders whatever happens to the shop: whoever gets no final answer asks again, with the same key.</summary>
internal sealed class Crowd(ShopClient shop, TimeSpan patience) : IDisposable
{
    private readonly ConcurrentQueue<Told> told = new();
    private readonly ConcurrentQueue<Ending> endings = new();
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly CancellationTokenSource deadline = new(patience);
    private int finished;

    /// <summary>Every answer that anybody was given.</summary>
    public IReadOnlyList<Told> Told => [.. told];

    /// <summary>How every request ended.</summary>
    public IReadOnlyList<Ending> Endings => [.. endings];

    /// <summary>How long the crowd has been here.</summary>
    public TimeSpan Now => watch.Elapsed;

    /// <summary>Shoppers who have their final answer.</summary>
    public int Finished => finished;

    public static IReadOnlyList<Errand> Errands(int count, Random random) => [.. Enumerable.Range(0, count).Select(number => Errand(number, random))];

    private static Errand Errand(int number, Random random) => random.Next(100) switch
    {
        < 10 => new Errand(number, Any(random), 1, "pm_card_chargeDeclined", null, number % 2 == 0, false),
        < 20 => new Errand(number, Any(random), random.Next(1, 4), "invoice", "manual", number % 2 == 0, false),
        < 40 => new Errand(number, Goods.Scarce, 1, "pm_card_visa", null, number % 2 == 0, false),
        < 60 => new Errand(number, Any(random), 1, "pm_card_visa", null, number % 2 == 0, true),
        _ => new Errand(number, Any(random), random.Next(1, 4), "pm_card_visa", null, number % 2 == 0, false),
    };

    /// <summary>All errands, so many at a time.</summary>
    public Task Shop(IReadOnlyList<Errand> errands, int atATime) => Parallel.ForEachAsync(
        errands,
        new ParallelOptions { MaxDegreeOfParallelism = atATime, CancellationToken = deadline.Token },
        async (errand, _) => await Run(errand));

    /// <summary>One errand after the other, so many at a time and each after a moment of thought, until <paramref name="closing"/>; whoever is in the shop by then is served.</summary>
    /// <param name="thought">Longest moment.</param>
    public Task ShopUntil(Task closing, int atATime, TimeSpan thought, int seed)
    {
        var numbers = 0;
        return Task.WhenAll(Enumerable.Range(0, atATime).Select(async shopper =>
        {
            var random = new Random(seed + shopper);
            while (!closing.IsCompleted)
            {
                await Task.WhenAny(closing, Task.Delay(thought * random.NextDouble(), deadline.Token));
                await Run(Errand(Interlocked.Increment(ref numbers), random));
            }
        }));
    }

    private async Task Run(Errand errand)
    {
        await (errand.Express ? BuyAtOnce(errand) : FillCartAndBuy(errand));
        Interlocked.Increment(ref finished);
    }

    private Task BuyAtOnce(Errand errand) => Buy(errand, null, new
    {
        channel = "eu",
        lines = new[] { new { sku = errand.Sku, quantity = errand.Quantity } },
        contact = new { email = $"shopper{errand.Number}@example.org" },
        destination = Goods.Addresses["eu"],
        shippingMethod = "standard",
        payment = Payment(errand),
    });

    private async Task FillCartAndBuy(Errand errand)
    {
        var cart = await Insist("/v1/carts", HttpMethod.Post, new { channel = "eu", lines = new[] { new { sku = errand.Sku, quantity = errand.Quantity } } }, null, errand.Key + "-cart");
        var (path, token) = ("/v1/carts/" + cart.Need("id"), cart.Need("token"));
        await Insist(path + "/contact", HttpMethod.Put, new { email = $"shopper{errand.Number}@example.org" }, token, errand.Key + "-contact");
        await Insist(path + "/destination", HttpMethod.Put, Goods.Addresses["eu"], token, errand.Key + "-destination");
        var shown = await Insist(path + "/shipping-method", HttpMethod.Put, new { id = "express" }, token, errand.Key + "-method");
        await Buy(errand, token, new { cartId = cart.Need("id"), quoteId = shown.Need("quoteId"), payment = Payment(errand) }, shown);
    }

    public void Dispose() => deadline.Dispose();

    private static object Payment(Errand errand) => errand.Provider is null ? new { method = errand.Method } : new { method = errand.Method, provider = errand.Provider };

    /// <summary>Asks to buy until the answer is final.</summary>
    private async Task Buy(Errand errand, string? token, object body, Reply? shown = null)
    {
        string? underWay = null;
        while (true)
        {
            if (errand.Impatient && underWay is not null)
            {
                await Ask(underWay + "/cancel", HttpMethod.Post, null, token, errand.Key + "-cancel");
            }

            var reply = await Ask("/v1/checkouts", HttpMethod.Post, body, token, errand.Key, errand.Impatient ? [("Prefer", "respond-async")] : []);
            if (reply is { Status: 201 or 202 })
            {
                underWay = "/v1/checkouts/" + reply.Need("id");
                token ??= reply.At("token");
            }

            var (answer, order) = reply switch
            {
                null or { Status: 202 or >= 500 or 429 } => (Answered.Open, null),
                { Status: 201 } => reply.At("status") switch
                {
                    "confirmed" => (Answered.Ok, reply.Need("orderId")),
                    "failed" => (Answered.Refused, null),
                    _ => (Answered.Open, (string?)null),
                },
                _ => (Answered.Refused, null),
            };
            var price = shown ?? (answer is Answered.Ok ? reply : null);
            told.Enqueue(new Told(errand.Key, errand.ToString(), answer, order, price?.Number("totals.total.amount") ?? 0, price?.At("totals.total.currency"),
                reply is { Status: 201 or 202 } ? reply.Need("id") : null));
            if (answer is not Answered.Open)
            {
                return;
            }

            await Task.Delay(100, deadline.Token);
        }
    }

    /// <summary>A step that must be taken in the end.</summary>
    private async Task<Reply> Insist(string path, HttpMethod method, object body, string? token, string key)
    {
        while (true)
        {
            if (await Ask(path, method, body, token, key) is { Status: < 500 and not 429 } reply)
            {
                return reply.Must(200, 201);
            }

            await Task.Delay(100, deadline.Token);
        }
    }

    /// <summary>One attempt; null when there was no answer.</summary>
    private async Task<Reply?> Ask(string path, HttpMethod method, object? body, string? token, string key, params IEnumerable<(string, string)> headers)
    {
        deadline.Token.ThrowIfCancellationRequested();
        var began = watch.Elapsed;
        Reply? reply = null;
        string? complaint = null;
        try
        {
            return reply = await shop.Send(method, path, body, token, key, headers);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
        {
            complaint = (e.InnerException ?? e).Message;
            return null;
        }
        finally
        {
            endings.Enqueue(new Ending(
                began, watch.Elapsed - began, $"{method} {Route(path)}", reply?.Status, reply?.Header("Retry-After") is not null, reply is { Status: >= 400 } ? reply.Text : complaint));
        }
    }

    /// <summary>The path with its id left out.</summary>
    private static string Route(string path) => string.Join('/', path.Split('/').Select(step => step.Contains('_', StringComparison.Ordinal) ? "{id}" : step));

    public static string Any(Random random) => random.GetItems([Goods.Coffee, Goods.Tea, Goods.Pen, Goods.Mug, Goods.Flask], 1)[0];
}
