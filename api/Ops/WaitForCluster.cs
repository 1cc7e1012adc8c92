namespace Commerce.Ops;

/// <summary>A front end may start before its cluster: it tries to connect until it can.</summary>
internal sealed partial class WaitForCluster(TimeProvider time, ILogger<WaitForCluster> log) : IClientConnectionRetryFilter
{
    /// <summary>It is told of once in so many attempts, which is about as many seconds.</summary>
    private const int ToldEvery = 30;

    private int attempts;

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (attempts++ % ToldEvery == 0)
        {
            NotThere(log, exception.Message);
        }

        await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
        return !cancellationToken.IsCancellationRequested;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster is not there yet; waiting for it: {Why}")]
    private static partial void NotThere(ILogger log, string why);
}
