using Commerce.Payments;

namespace Commerce.Checkouts;

internal sealed partial class CheckoutGrain
{
    /// <summary>Refusals of the cart that came after the checkout was stored (two tabs at once): the caller hears them as if they had come before.</summary>
    private static readonly ImmutableHashSet<string> CartRefusals = ["cart-in-checkout", "cart-checked-out", "price-changed", .. PassRefusals];

    private void Demand(Request request)
    {
        if (Durable.Status is CheckoutStatus.None || (request.Owner is not null && request.Owner != Durable.Owner))
        {
            throw new CommerceException(CommonErrors.NotFound(Id));
        }
    }

    private void DemandClaimed()
    {
        if (Durable is { Status: CheckoutStatus.Failed or CheckoutStatus.Compensating, Failure: { } failure } && CartRefusals.Contains(failure.Code))
        {
            throw new CommerceException(new CommerceError(failure.Code, ErrorKind.Conflict, failure.Message));
        }
    }

    /// <summary>A code that no provider shares is the provider's own: it stays with the payment, for operators.</summary>
    private static CheckoutFailure FailureOf(PaymentFailure? failure)
    {
        if (failure is null)
        {
            return new CheckoutFailure("payment-declined", null, "The payment was not authorised.", true);
        }

        var why = Declines.Of(failure.Code);
        var code = why.Code is Declines.AuthenticationFailed or Declines.AuthenticationRequired ? "authentication-failed" : "payment-declined";
        return new CheckoutFailure(code, why.Code, why.Message, code == "authentication-failed" || !failure.Hard) { Advice = why.Code == failure.Code ? failure.Advice : why.Advice };
    }

    private CheckoutView View() => new()
    {
        Id = Id,
        Version = Version,
        Status = Durable.Status,
        Owner = Durable.Owner,
        CartId = Durable.CartId,
        ContactId = Durable.ContactId,
        OrderId = Durable.OrderId,
        PaymentId = PaymentId,
        Action = Durable.Action,
        Failure = Durable.Failure,
        Quote = Durable.Quote,
        CreatedAt = Durable.StartedAt,
        ExpiresAt = Durable.IsTerminal ? null : Durable.ExpiresAt,
        EndedAt = Durable.EndedAt,
        Backordered = Durable.Backordered,
    };
}

internal static partial class CheckoutLog
{
    [LoggerMessage(500, LogLevel.Debug, "{Checkout} is still {Status}; its caller goes away")]
    public static partial void StillUnderWay(this ILogger logger, string checkout, CheckoutStatus status);

    [LoggerMessage(501, LogLevel.Information, "{Checkout} stopped at {Status}: {Why}; it is taken up again")]
    public static partial void StepInterrupted(this ILogger logger, string checkout, CheckoutStatus status, string why);

    [LoggerMessage(502, LogLevel.Error, "{Checkout} failed at {Status}; it is taken up again")]
    public static partial void StepFailed(this ILogger logger, string checkout, CheckoutStatus status, Exception failure);

    [LoggerMessage(503, LogLevel.Warning, "{Checkout} cannot void its payment yet, which is {Status}; it goes on asking")]
    public static partial void CannotVoid(this ILogger logger, string checkout, PaymentStatus status);
}
