using Commerce.Payments;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Commerce.Reconciliations;

/// <summary>Has every provider's books compared once a day. Every silo asks; a day's report follows from its name, so that it is made once.</summary>
internal sealed class ReconciliationWatch(PaymentProviders providers, IGrainFactory grains, IOptionsMonitor<ReconciliationOptions> options, TimeProvider clock, ILogger<ReconciliationWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    /// <summary>The report of a provider's day.</summary>
    public static string Daily(string provider, DateOnly day) => Identity.Of(Identity.Reconciliation, $"daily:{provider}:{day:O}");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await StartDue();
        }
    }

    /// <summary>The youngest day whose grace is over; an older one that a shop slept through is an operator's to ask for.</summary>
    private async Task StartDue()
    {
        var settings = options.CurrentValue;
        if (!settings.Daily)
        {
            return;
        }

        var day = DateOnly.FromDateTime(clock.GetUtcNow().AddHours(-settings.Hour).UtcDateTime).AddDays(-1 - settings.GraceDays);
        foreach (var provider in providers.All.Where(provider => provider.Capabilities.ListsSettlements))
        {
            try
            {
                await grains.Reconciliation(Daily(provider.Name, day)).Start(Request.System(), new StartReconciliation(provider.Name, day, day));
            }
            catch (Exception failure)
            {
                logger.DailyFailed(provider.Name, failure);
            }
        }
    }
}
