using Commerce.Drops;
using Commerce.Tests.Unit.Api;
using Microsoft.Extensions.Logging.Abstractions;

namespace Commerce.Tests.Unit.Drops;

public sealed class DropWatchTests
{
    /// <summary>A watch that ended with it would take the whole silo along: a host ends when one of its services does.</summary>
    [Fact]
    public async Task A_call_that_somebody_else_cancelled_does_not_end_the_watch()
    {
        var (factory, grains) = ScriptedGrains.Create();
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        grains.On<IDropCalendarGrain>((_, _, _) =>
        {
            if (++calls == 1)
            {
                return Task.FromCanceled<CalendarPage?>(new CancellationToken(canceled: true));
            }

            again.TrySetResult();
            return Task.FromResult<CalendarPage?>(null);
        });
        using var watch = new DropWatch(new DropBoard(factory), TimeProvider.System, NullLogger<DropWatch>.Instance);

        await watch.StartAsync(CancellationToken.None);

        await again.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(watch.ExecuteTask!.IsCompleted);
        await watch.StopAsync(CancellationToken.None);
        Assert.True(watch.ExecuteTask.IsCompletedSuccessfully);
    }
}
