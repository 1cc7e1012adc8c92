using System.Collections.Concurrent;
using Polly;
using Polly.Registry;

namespace Commerce.Vendors;

/// <summary>How a call through a pipeline ended.</summary>
/// <param name="MaybeDone">Some attempt may have reached the vendor and done its work although its answer never came.</param>
public readonly record struct VendorReply<T>(T? Value, Exception? Failure, bool MaybeDone)
    where T : class;

/// <summary>Makes calls through their operation's pipeline, and keeps count of what may have been done on the way.</summary>
public sealed class VendorCalls(VendorGate gate, VendorFailures failures, ResiliencePipelineProvider<string> pipelines)
{
    /// <summary>A pipeline stays the same object when it is composed anew.</summary>
    private readonly ConcurrentDictionary<string, ResiliencePipeline> known = new(StringComparer.Ordinal);

    /// <param name="operation">One of those that the vendor was added with.</param>
    /// <param name="attempt">One attempt; may run several times, and throws when it does not end in an object.</param>
    public async Task<VendorReply<T>> Make<T, TState>(string operation, TState state, Func<TState, CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
        where T : class
    {
        var call = new Call<T, TState>(gate, failures, state, attempt);
        try
        {
            var value = await Pipeline(operation).ExecuteAsync(static (call, cancellation) => call.Attempt(cancellation), call, cancellationToken);
            return new VendorReply<T>(value, Failure: null, MaybeDone: true);
        }
        catch (Exception failure)
        {
            return new VendorReply<T>(Value: null, failure, call.MaybeDone);
        }
    }

    private ResiliencePipeline Pipeline(string operation) =>
        known.TryGetValue(operation, out var pipeline) ? pipeline : known.GetOrAdd(operation, pipelines.GetPipeline(VendorPipelines.Key(gate.Vendor, operation)));

    private sealed class Call<T, TState>(VendorGate gate, VendorFailures failures, TState state, Func<TState, CancellationToken, Task<T>> attempt)
    {
        public bool MaybeDone { get; private set; }

        public async ValueTask<T> Attempt(CancellationToken cancellationToken)
        {
            if (gate.Held is { Ticks: > 0 } wait)
            {
                throw new VendorHeldException(gate.Vendor, wait);
            }

            try
            {
                return await attempt(state, cancellationToken);
            }
            catch (Exception failure)
            {
                if (failures.IsTurnedAway(failure))
                {
                    gate.Hold(failures.WaitBefore(failure));
                }

                MaybeDone |= !failures.IsAnswer(failure) && !failures.NothingSent(failure);
                throw;
            }
        }
    }
}
