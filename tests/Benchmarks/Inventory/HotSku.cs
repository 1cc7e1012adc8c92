using System.Diagnostics;
using System.Globalization;
using Commerce.Inventory;
using HdrHistogram;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Commerce.Benchmarks.Inventory;

/// <summary>Durable reservations of one SKU through its grain, in process, on a database: what a hand-written function on one hot row is compared with.</summary>
internal static class HotSku
{
    private static readonly int[] Callers = [64, 256, 1_024];

    /// <param name="database">A connection string, or a folder for files.</param>
    public static async Task<int> Run(string database, double seconds)
    {
        var data = Directory.CreateTempSubdirectory("commerce-bench");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration["Commerce:DataDirectory"] = data.FullName;
        builder.Configuration["Commerce:Sandbox:Enabled"] = "true";
        builder.Configuration["Commerce:Silo:Address"] = "127.0.0.1";
        builder.Configuration["ConnectionStrings:Commerce"] = database.Contains('=', StringComparison.Ordinal) ? database : null;
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        builder.AddCommerceSilo();
        await using (var silo = builder.Build())
        {
            await silo.StartAsync();
            var grains = silo.Services.GetRequiredService<IGrainFactory>();
            await Reserve(grains, "WARM-UP", 256, seconds);
            Console.WriteLine("| callers | reservations/s | p50 ms | p99 ms |");
            Console.WriteLine("|---:|---:|---:|---:|");
            foreach (var callers in Callers)
            {
                var latencies = await Reserve(grains, $"HOT-{callers}", callers, seconds);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {callers} | {latencies.TotalCount / seconds:N0} | {latencies.GetValueAtPercentile(50) / 1000.0:N1} | {latencies.GetValueAtPercentile(99) / 1000.0:N1} |"));
            }

            await silo.StopAsync();
        }

        data.Delete(recursive: true);
        return 0;
    }

    /// <summary>Each caller reserves one unit after the other, and has each answer before it asks for the next.</summary>
    private static async Task<LongHistogram> Reserve(IGrainFactory grains, string sku, int callers, double seconds)
    {
        var stock = grains.Stock(sku);
        await stock.Open(int.MaxValue / 2);
        var expires = TimeProvider.System.GetUtcNow().AddMinutes(20);
        var all = new LongHistogram(60_000_000, 3);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var mine = new LongHistogram(60_000_000, 3);
            for (var number = 0; clock.Elapsed.TotalSeconds < seconds; number++)
            {
                var began = Stopwatch.GetTimestamp();
                if (!(await stock.Reserve($"chk_{caller}_{number}", "cart", 1, expires)).Reserved)
                {
                    throw new InvalidOperationException("The stock ran out.");
                }

                mine.RecordValue((long)Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            }

            lock (all)
            {
                all.Add(mine);
            }
        })));
        return all;
    }
}
