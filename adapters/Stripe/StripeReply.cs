using Polly.Registry;
using Stripe;

namespace Commerce.Payments;

/// <summary>How a call through a pipeline ended.</summary>
/// <param name="MaybeDone">Some attempt may have reached Stripe and done its work although its answer never came.</param>
internal readonly record struct StripeReply<T>(T? Value, Exception? Failure, bool MaybeDone)
    where T : class
{
    public bool KeyIsSpent => StripeFailures.KeyIsSpent(Failure);
}

/// <summary>Makes calls through their operation's pipeline, and keeps count of what may have been done on the way.</summary>
internal sealed class StripeCalls(StripeConnection connection, ResiliencePipelineProvider<string> pipelines)
{
    public async Task<StripeReply<T>> Make<T, TState>(
        string operation, TState state, Func<StripeClient, TState, CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
        where T : class
    {
        var call = new Call<T, TState>(connection, state, attempt);
        try
        {
            var value = await pipelines.GetPipeline(operation).ExecuteAsync(static (call, cancellation) => call.Attempt(cancellation), call, cancellationToken);
            return new StripeReply<T>(value, Failure: null, MaybeDone: true);
        }
        catch (Exception failure)
        {
            return new StripeReply<T>(Value: null, failure, call.MaybeDone);
        }
    }

    private sealed class Call<T, TState>(StripeConnection connection, TState state, Func<StripeClient, TState, CancellationToken, Task<T>> attempt)
    {
        public bool MaybeDone { get; private set; }

        public async ValueTask<T> Attempt(CancellationToken cancellationToken)
        {
            if (connection.Held is { Ticks: > 0 } wait)
            {
                throw new StripeHeldException(wait);
            }

            var client = connection.Client ?? throw new StripeHeldException(TimeSpan.FromSeconds(1));
            try
            {
                return await attempt(client, state, cancellationToken);
            }
            catch (Exception failure)
            {
                if (failure is StripeException { HttpStatusCode: System.Net.HttpStatusCode.TooManyRequests })
                {
                    connection.Hold(StripeFailures.WaitBefore(failure));
                }

                MaybeDone |= !StripeFailures.IsAnswer(failure) && !StripeFailures.NothingSent(failure);
                throw;
            }
        }
    }
}
