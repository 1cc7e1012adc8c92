using Commerce.Events;

namespace Commerce.Ops;

/// <summary>Whether a front end by itself reaches its cluster: looked at in the background, so that a probe costs nothing and waits for nobody.</summary>
/// <remarks>
/// It asks the process' own reader of the journal where it ends, which a silo answers from memory: a database that is away leaves its front ends
/// ready, and their callers get answers that say when to come back. Asking also finds the gateways again when no request would: one that is not
/// ready gets none.
/// </remarks>
internal sealed partial class ClusterReach(JournalReader journal, IHostApplicationLifetime life, TimeProvider time, ILogger<ClusterReach> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(2);

    public bool IsReachable { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                var reached = life.ApplicationStarted.IsCancellationRequested && await Reaches(stoppingToken);
                if (reached != IsReachable)
                {
                    IsReachable = reached;
                    Changed(log, reached ? "reached" : "lost");
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            IsReachable = false;
        }
    }

    private async Task<bool> Reaches(CancellationToken stoppingToken)
    {
        try
        {
            await journal.Grain.Head().WaitAsync(Patience, time, stoppingToken);
            return true;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            NoAnswer(log, e.GetType().Name, e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The cluster is {State}")]
    private static partial void Changed(ILogger log, string state);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The cluster did not answer: {Kind}: {Why}")]
    private static partial void NoAnswer(ILogger log, string kind, string why);
}

internal static class ClusterReaching
{
    extension(IHostApplicationBuilder builder)
    {
        /// <summary>For a process without a silo: /health/ready says whether the cluster can be reached.</summary>
        public void AddClusterReach()
        {
            builder.Services.AddSingleton<ClusterReach>();
            builder.Services.AddHostedService(static services => services.GetRequiredService<ClusterReach>());
        }
    }
}
