using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Commerce.Events;

/// <summary>How read models are looked after. Bound from <c>Commerce:ReadModels</c>.</summary>
public sealed class ReadModelOptions
{
    public const string Section = "Commerce:ReadModels";

    /// <summary>How often their lag is measured, and what was left unfinished is taken up. Default: 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Partitions that a rebuild reads at once. More is faster, and takes more from the shop. Default: 2.</summary>
    [Range(1, 8)]
    public int Parallelism { get; set; } = 2;

    /// <summary>Commits that a rebuild reads at once; after each such page it rests as long as the page took. Default: 256.</summary>
    [Range(1, 10_000)]
    public int PageSize { get; set; } = 256;
}

[OptionsValidator]
internal sealed partial class ReadModelOptionsValidator : IValidateOptions<ReadModelOptions>;

/// <summary>On every silo: measures the read models' lag for the metrics, and sees to it that a rebuild whose silo died goes on elsewhere.</summary>
internal sealed class ReadModelWatch(ReadModelLag lag, IGrainFactory grains, IOptions<ReadModelOptions> options, TimeProvider clock, ILogger<ReadModelWatch> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Period, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Task.WhenAll([Look(PartitionReceiver.Reader, () => lag.Measure(PartitionReceiver.Reader)), .. ReadModels.All.Select(LookAfter)]);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.WatchStopped();
        }
    }

    private Task LookAfter(string model) => Look(model, async () =>
    {
        await lag.Measure(model);
        await grains.GetGrain<IRebuild>(model).TakeUp();
    });

    private async Task Look(string reader, Func<Task> look)
    {
        try
        {
            await look();
        }
        catch (Exception failure)
        {
            logger.LookFailed(reader, failure);
        }
    }
}

internal static partial class ReadModelWatchLog
{
    [LoggerMessage(40, LogLevel.Warning, "Looking after {Reader} failed; the next tick looks again")]
    public static partial void LookFailed(this ILogger logger, string reader, Exception failure);

    [LoggerMessage(41, LogLevel.Debug, "Read models are looked after no more: the silo stops")]
    public static partial void WatchStopped(this ILogger logger);
}
