namespace Commerce.Sandbox.Stripe;

/// <summary>What happens at Stripe without being asked: refunds that go through or fail, disputes that cards bring, authorisations that lapse.</summary>
internal sealed class StripeLater(StripeAccount account, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Step, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Pass();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what is due is found again in the journal.
        }
    }

    /// <summary>Does all that is due by now.</summary>
    public void Pass()
    {
        while (account.Due() is var (id, decide))
        {
            account.Commit(new StripeCall(id, new StripeForm(""), Key: null, Fingerprint: 0, account.Now, BaseUrl: ""), decide);
        }
    }
}
