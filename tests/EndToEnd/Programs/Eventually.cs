using System.Diagnostics;

namespace Commerce.Programs;

/// <summary>Looks again and again until it is so, or until the deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    public static async Task<T> Get<T>(Func<Task<T?>> look, TimeSpan within, string what, Func<string>? context = null)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            if (watch.Elapsed > within)
            {
                throw new TimeoutException($"Not within {within.TotalSeconds:0} s: {what}.{Environment.NewLine}{context?.Invoke()}");
            }

            await Task.Delay(Pause);
        }
    }

    public static Task True(Func<Task<bool>> look, TimeSpan within, string what, Func<string>? context = null) =>
        Get(async () => await look() ? "yes" : null, within, what, context);

    /// <summary>Whether it came to be so before the deadline.</summary>
    public static async Task<bool> Within(Func<Task<bool>> look, TimeSpan deadline)
    {
        var watch = Stopwatch.StartNew();
        while (!await look())
        {
            if (watch.Elapsed > deadline)
            {
                return false;
            }

            await Task.Delay(Pause);
        }

        return true;
    }
}
