using Commerce.Vendors;
using Stripe;

namespace Commerce.Payments;

/// <inheritdoc cref="VendorReply{T}"/>
internal readonly record struct StripeReply<T>(T? Value, Exception? Failure, bool MaybeDone)
    where T : class
{
    public bool KeyIsSpent => StripeFailures.KeyIsSpent(Failure);
}

/// <summary>Makes calls to one account of Stripe's, each through its operation's pipeline.</summary>
internal sealed class StripeCalls(StripeConnection connection, VendorCalls calls)
{
    public async Task<StripeReply<T>> Make<T, TState>(
        string operation, TState state, Func<StripeClient, TState, CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
        where T : class
    {
        var reply = await calls.Make(
            operation,
            (connection, state, attempt),
            static (call, cancellation) => call.attempt(call.connection.Client, call.state, cancellation),
            cancellationToken);
        return new StripeReply<T>(reply.Value, reply.Failure, reply.MaybeDone);
    }
}
