using System.Diagnostics;
using System.Globalization;
using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Contacts;
using Commerce.Inventory;
using Commerce.Orders;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Commerce.Benchmarks.Growth;

/// <summary>How long it takes until an aggregate with a long past answers for the first time: read from the journal, folded, and asked.</summary>
internal static class Activation
{
    private const string Sku = "ALIS-OOLO-50";
    private const int Reservations = 500_000, Callers = 512, OrderSteps = 48, Times = 25;

    /// <param name="database">A connection string of PostgreSQL; what is in it already stays.</param>
    public static async Task<int> Run(string database)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration["ConnectionStrings:Commerce"] = database;
        builder.Configuration["Commerce:Sandbox:Enabled"] = "true";
        builder.Configuration["Commerce:Silo:Address"] = "127.0.0.1";
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        builder.AddCommerceSilo();
        await using var silo = builder.Build();
        await silo.StartAsync();
        var grains = silo.Services.GetRequiredService<IGrainFactory>();

        var order = await LongOrder(grains);
        var took = Stopwatch.StartNew();
        var stock = await LongStock(grains);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"1,000,000 events on one stock item in {took.Elapsed.TotalSeconds:N0} s"));

        Console.WriteLine("| aggregate | median ms | p95 ms | max ms |");
        Console.WriteLine("|---|---:|---:|---:|");
        await Report(grains, "an order of 50 events", () => grains.Order(order).Get(null));
        await Report(grains, "a stock item of 1,000,000 events", () => grains.Stock(stock).Get());
        await Report(grains, "a new cart (nothing to read)", () => grains.Cart(Identity.New(Identity.Cart)).Get(null));
        await silo.StopAsync();
        return 0;
    }

    private static async Task Report(IGrainFactory grains, string what, Func<Task> first)
    {
        var times = new List<double>();
        for (var i = 0; i < Times; i++)
        {
            await grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
            await Task.Delay(100); // activations end in their own time
            var began = Stopwatch.GetTimestamp();
            await first();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {times[Times / 2]:N2} | {times[Times * 95 / 100]:N2} | {times[^1]:N2} |"));
    }

    /// <summary>An order that was held and resumed until it had 50 events.</summary>
    private static async Task<string> LongOrder(IGrainFactory grains)
    {
        var owner = Owners.Guest(Guid.NewGuid().ToString());
        var (cart, checkout) = (Identity.New(Identity.Cart), Identity.New(Identity.Checkout));
        await grains.Cart(cart).Create(new Request(owner, "open", "f"), new CreateCart(owner, "eu", null, [new NewLine(Sku, 1)]));
        await grains.Cart(cart).SetDestination(new Request(owner), new Address("A Shopper", "Hauptstrasse 1", null, "Berlin", null, "10115", "DE"));
        await grains.Checkout(checkout).Start(new Request(owner, "buy", "f"), new StartCheckout(cart, null, "manual", "invoice", null), TimeSpan.FromSeconds(10));
        var order = checkout.As(Identity.Order);
        for (var step = 0; step < OrderSteps; step++)
        {
            await (step % 2 == 0 ? grains.Order(order).Hold(Request.System($"hold-{step}"), "a long story") : grains.Order(order).Resume(Request.System($"resume-{step}")));
        }

        return order;
    }

    /// <summary>A stock item of whose units half a million were reserved and given back.</summary>
    private static async Task<string> LongStock(IGrainFactory grains)
    {
        var sku = $"BENCH-{Guid.NewGuid():N}";
        var stock = grains.Stock(sku);
        await stock.Open(1_000_000);
        var until = TimeProvider.System.GetUtcNow().AddHours(1);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < Reservations / Callers; i++)
            {
                await stock.Reserve($"chk_{caller}_{i}", "cart", 1, until);
                await stock.Release($"chk_{caller}_{i}", "a long story");
            }
        })));
        return sku;
    }
}
