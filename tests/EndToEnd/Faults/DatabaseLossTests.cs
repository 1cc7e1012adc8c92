using System.Collections.Concurrent;
using System.Diagnostics;
using Commerce.Programs;
using Commerce.Shopping;
using Npgsql;
using Xunit.Abstractions;

namespace Commerce.Faults;

/// <summary>The database goes away under a shop: callers are told when to come back, and nothing that was answered is lost.</summary>
[Trait("database", "own")]
public sealed class DatabaseLossTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How long a caller may wait while the database is away, and a moment for this machine.</summary>
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(3.5);

    [Fact]
    public async Task A_database_that_says_nothing_for_eight_seconds_costs_its_callers_that_time()
    {
        await using var server = await PostgresServer.Start();
        await using var shop = await ShopProcess.Start(new ShopSetup { Database = await server.CreateDatabase() });
        await using var callers = new Callers(shop);
        await Task.Delay(TimeSpan.FromSeconds(1));

        await server.Freeze();
        await Task.Delay(TimeSpan.FromSeconds(8));
        await server.Thaw();

        await callers.AreServedAgain(TimeSpan.FromSeconds(5), output);
        await callers.Left();
        callers.WereNeverLeftWaiting(Told, output);
        await callers.FindTheirCarts();
        await (await Shopper.ReadyToPay(shop.Client, Goods.Coffee)).Order();
    }

    [Fact]
    public async Task A_database_that_is_killed_and_back_after_three_seconds_loses_nothing_that_was_answered()
    {
        await using var server = await PostgresServer.Start();
        await using var shop = await ShopProcess.Start(new ShopSetup { Database = await server.CreateDatabase() });
        await using var callers = new Callers(shop);
        await Task.Delay(TimeSpan.FromSeconds(1));

        await server.Kill();
        await Task.Delay(TimeSpan.FromSeconds(3));
        await server.StartAgain();

        await callers.AreServedAgain(TimeSpan.FromSeconds(10), output);
        await callers.Left();
        callers.WereNeverLeftWaiting(Told, output);
        await callers.FindTheirCarts();
        await (await Shopper.ReadyToPay(shop.Client, Goods.Coffee)).Order();
    }

    [Fact]
    public async Task An_answer_of_the_database_that_is_lost_after_the_commit_makes_no_second_order()
    {
        await using var server = await PostgresServer.Start();
        var database = await server.CreateDatabase();
        await using var line = Relay.To(server.Port);
        var relayed = new NpgsqlConnectionStringBuilder(database) { Port = line.Port }.ConnectionString;
        await using var shop = await ShopProcess.Start(new ShopSetup { Database = relayed });

        for (var order = 0; order < 12; order++)
        {
            var shopper = await Shopper.ReadyToPay(shop.Client, Goods.Coffee);
            var key = ShopClient.NewKey();
            line.LoseNextAnswers();
            var checkout = await Eventually.Get(
                async () => await shopper.Buy("pm_card_visa", key) is { Status: 201 or 202 } answered ? answered : null, Patience, "the checkout is taken", () => shop.Output);
            Assert.Equal("confirmed", (await Settled(shopper, checkout)).At("status"));
        }

        Assert.Equal(12, (await shop.Client.Export("orders")).Count);
        Assert.Equal(12, (await shop.Client.Export("checkout")).Count);
    }

    private static Task<Reply> Settled(Shopper shopper, Reply checkout) => Eventually.Get(
        async () => await shopper.Ask(HttpMethod.Get, "/v1/checkouts/" + checkout.Need("id")) is { Status: 200 } now && now.At("status") != "pending" ? now : null,
        Patience, "the checkout is settled");

    /// <summary>Eight who open carts all the time, and write down what they were answered.</summary>
    private sealed class Callers : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(TimeSpan At, TimeSpan Took, Reply? Reply)> answers = new();
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private readonly TaskCompletionSource leaving = new();
        private readonly ShopProcess shop;
        private readonly Task calling;

        public Callers(ShopProcess shop)
        {
            this.shop = shop;
            calling = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Call()));
        }

        public async Task AreServedAgain(TimeSpan within, ITestOutputHelper output)
        {
            var from = clock.Elapsed;
            await Eventually.True(
                () => Task.FromResult(answers.Count(answer => answer.At > from && answer.Reply is { Status: 201 }) >= 8), within, "all are served again", () => shop.Output);
            output.WriteLine($"served again {(clock.Elapsed - from).TotalSeconds:0.0} s after the database");
        }

        public async Task Left()
        {
            leaving.TrySetResult();
            await calling;
        }

        public void WereNeverLeftWaiting(TimeSpan limit, ITestOutputHelper output)
        {
            var unserved = answers.Where(answer => answer.Reply is not { Status: 201 }).ToList();
            var late = answers.Where(answer => answer.Took > limit).ToList();
            output.WriteLine($"{answers.Count} answers, {unserved.Count} of them to come back later, the longest wait {answers.Max(answer => answer.Took).TotalSeconds:0.0} s");
            Assert.NotEmpty(unserved);
            Assert.True(unserved.All(answer => answer.Reply is not null), $"no answer at all{Environment.NewLine}{shop.Output}");
            Assert.All(unserved, answer => Assert.NotNull(answer.Reply!.MustRefuse(503, "temporarily-unavailable").Header("Retry-After")));
            Assert.True(late.Count == 0, $"{late.Count} waited for too long: {string.Join(", ", late.Select(answer => $"{answer.Took.TotalSeconds:0.0} s for {answer.Reply!.Status}"))}");
        }

        public async Task FindTheirCarts()
        {
            foreach (var reply in answers.Select(answer => answer.Reply!).Where(reply => reply.Status == 201))
            {
                (await shop.Client.Send(HttpMethod.Get, "/v1/carts/" + reply.Need("id"), token: reply.Need("token"))).Must(200);
            }
        }

        public ValueTask DisposeAsync() => new(Left());

        private async Task Call()
        {
            while (!leaving.Task.IsCompleted)
            {
                var at = clock.Elapsed;
                Reply? reply = null;
                try
                {
                    reply = await shop.Client.Send(HttpMethod.Post, "/v1/carts", new { channel = "eu", lines = new[] { new { sku = Goods.Tea, quantity = 1 } } }, key: ShopClient.NewKey());
                }
                catch (HttpRequestException)
                {
                    // Judged afterwards: nobody may go without an answer.
                }

                answers.Enqueue((at, clock.Elapsed - at, reply));
                await Task.Delay(50);
            }
        }
    }
}
