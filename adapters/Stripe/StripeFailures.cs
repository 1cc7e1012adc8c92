using System.Net;
using Commerce.Vendors;
using Stripe;

namespace Commerce.Payments;

/// <summary>What kinds of failure Stripe's calls end in. What they come to is said in <see cref="StripeOutcomes"/>.</summary>
internal sealed class StripeFailures : VendorFailures
{
    public static StripeFailures Instance { get; } = new();

    public override bool IsAnswer(Exception failure) =>
        failure is StripeException { StripeError: not null } said && (int)said.HttpStatusCode is 400 or 401 or 402 or 403 or 404;

    public override bool IsTurnedAway(Exception failure) => failure is StripeException { HttpStatusCode: HttpStatusCode.TooManyRequests };

    /// <summary>Stripe repeats a failure that it keeps under the key: the same key will never do.</summary>
    public static bool KeyIsSpent(Exception? failure) => failure is StripeException { HttpStatusCode: >= HttpStatusCode.InternalServerError } said
        && said.StripeResponse?.Headers?.Contains("Idempotent-Replayed") == true;

    /// <summary>A success that cannot be read is an exception with status 200.</summary>
    protected override bool IsBreakdown(Exception failure) => failure is StripeException { HttpStatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.OK };

    protected override bool IsSpent(Exception failure) => KeyIsSpent(failure);

    protected override TimeSpan? Said(Exception failure) => failure is StripeException { HttpStatusCode: HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } said
        ? said.StripeResponse?.Headers?.RetryAfter?.Delta
        : null;
}
