using System.Globalization;

namespace Commerce.Load.Measuring;

/// <summary>How a run goes, once a second on stderr: one line that is redrawn on a terminal, a line every five seconds elsewhere.</summary>
internal sealed class LiveLine : IAsyncDisposable
{
    private const int Every = 5;

    private readonly Meters meters;
    private readonly Func<string> progress;
    private readonly bool redraws = !Console.IsErrorRedirected;
    private readonly CancellationTokenSource done = new();
    private readonly Task drawing;
    private int drawn;

    /// <param name="progress">What the run itself says of how far it is.</param>
    public LiveLine(Meters meters, Func<string> progress)
    {
        (this.meters, this.progress) = (meters, progress);
        drawing = Task.Run(Draw);
    }

    public async ValueTask DisposeAsync()
    {
        await done.CancelAsync();
        await drawing;
        done.Dispose();
        if (redraws && drawn > 0)
        {
            await Console.Error.WriteLineAsync();
        }
    }

    private async Task Draw()
    {
        using var seconds = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await seconds.WaitForNextTickAsync(done.Token))
            {
                var text = Text(meters.Tick());
                drawn++;
                if (redraws)
                {
                    await Console.Error.WriteAsync("\r\u001b[K" + text);
                }
                else if (drawn % Every == 1)
                {
                    await Console.Error.WriteLineAsync(text);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private string Text(IReadOnlyList<Moment> second) => string.Create(
        CultureInfo.InvariantCulture,
        $"{meters.Elapsed:mm\\:ss}  {progress()}  {string.Join("  ", second.Where(kind => kind.Count > 0).OrderBy(kind => kind.Kind).Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Kind} {kind.Count:N0}/s p99 {kind.P99:N0} ms")))}");
}
