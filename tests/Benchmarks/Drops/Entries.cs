using System.Diagnostics;
using Commerce.Drops;
using Commerce.Inventory;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Commerce.Benchmarks.Drops;

/// <summary>People who come to a waiting room, in process, many at once: how many are stored in a second, and how soon a drop whose activation was lost knows them all again.</summary>
internal static class Entries
{
    private const int Callers = 256;

    public static async Task<int> Run(string people, string? database)
    {
        var count = int.Parse(people, System.Globalization.CultureInfo.InvariantCulture);
        var folder = Directory.CreateTempSubdirectory("commerce-bench").FullName;
        var (id, plan) = (Identity.New(Identity.Drop), new DropPlan("Bench", ["BENCH-DROP"], 1_000, DateTimeOffset.UtcNow.AddHours(1), DateTimeOffset.UtcNow.AddHours(2), DropOrder.Lottery, 1, 1, TimeSpan.FromMinutes(3)));

        await using (var silo = await Start(folder, database))
        {
            var grains = silo.Services.GetRequiredService<IGrainFactory>();
            await grains.Stock("BENCH-DROP").Open(1_000);
            await grains.Drop(id).Schedule(Request.System("bench"), plan);
            await Enter(grains, id, -20_000, 20_000); // to warm up
            var began = Stopwatch.GetTimestamp();
            await Enter(grains, id, 1, count);
            var took = Stopwatch.GetElapsedTime(began);
            Console.WriteLine($"{count:N0} entries by {Callers} callers in {took.TotalSeconds:N2} s: {count / took.TotalSeconds:N0} a second");
            began = Stopwatch.GetTimestamp();
            await Enter(grains, id, 1, count);
            took = Stopwatch.GetElapsedTime(began);
            Console.WriteLine($"the same people again: {count / took.TotalSeconds:N0} a second");
            await grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
            began = Stopwatch.GetTimestamp();
            var drop = await grains.Drop(id).Get();
            Console.WriteLine($"{drop!.Entries:N0} entries known again in {Stopwatch.GetElapsedTime(began).TotalSeconds:N2} s");
            await silo.StopAsync();
        }

        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static Task Enter(IGrainFactory grains, string id, int from, int count) => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
    {
        var drop = grains.Drop(id);
        for (var i = caller; i < count; i += Callers)
        {
            var person = unchecked((ulong)(from + i) * 0x9E3779B97F4A7C15UL);
            await drop.Enter(new EnterDrop(person, person, person ^ 0x5555555555555555UL, person ^ 0x3333333333333333UL, 1));
        }
    })));

    private static async Task<WebApplication> Start(string folder, string? database)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration["Commerce:DataDirectory"] = folder;
        builder.Configuration["ConnectionStrings:Commerce"] = database;
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        builder.AddCommerceSilo();
        var silo = builder.Build();
        await silo.StartAsync();
        return silo;
    }
}
