using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Commerce.Inventory;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Commerce.Benchmarks.Inventory;

/// <summary>Durable reservations of one SKU, in process, by many callers at once: the hot path of a flash sale. The reference only asks how much is available.</summary>
[SimpleJob(RunStrategy.Monitoring, warmupCount: 3, iterationCount: 8), MemoryDiagnoser]
public class Reservations
{
    private const int Calls = 32_768;
    private readonly string folder = Directory.CreateTempSubdirectory("commerce-bench").FullName;
    private WebApplication silo = null!;
    private IGrainFactory grains = null!;
    private IStockItemGrain stock = null!;
    private int run;

    [Params(16, 256, 1024)]
    public int Callers { get; set; }

    [GlobalSetup]
    public async Task Start()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration["Commerce:DataDirectory"] = folder;
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        builder.AddCommerceSilo();
        silo = builder.Build();
        await silo.StartAsync();
        grains = silo.Services.GetRequiredService<IGrainFactory>();
    }

    [IterationSetup]
    public void FreshSku()
    {
        stock = grains.Stock($"BENCH-{Callers}-{Interlocked.Increment(ref run)}");
        stock.Open(int.MaxValue / 2).GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public async Task Stop()
    {
        await silo.StopAsync();
        await silo.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task Reserve()
    {
        var expires = TimeProvider.System.GetUtcNow().AddMinutes(20);
        return Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < Calls / Callers; i++)
            {
                var answer = await stock.Reserve($"chk_{run}_{caller}_{i}", "cart", 1, expires);
                if (!answer.Reserved)
                {
                    throw new InvalidOperationException("The stock ran out.");
                }
            }
        })));
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public Task Available() => Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
    {
        for (var i = 0; i < Calls / Callers; i++)
        {
            await stock.Available();
        }
    })));
}
