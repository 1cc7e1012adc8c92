using System.Net;
using System.Text.Json;

namespace Commerce.Payments;

/// <summary>Adyen's failures told apart. What they come to is said in <see cref="AdyenOutcomes"/>.</summary>
internal sealed class AdyenFailures : VendorFailures
{
    public static AdyenFailures Of { get; } = new();

    public override bool IsAnswer(Exception failure) =>
        failure is AdyenAnswerException { Error: not null, Transient: not true } said && (int)said.Status is 400 or 401 or 403 or 404 or 405 or 422 && !AdyenErrors.IsPassing(said.Error.Code);

    public override bool IsTurnedAway(Exception failure) => failure is AdyenAnswerException { Status: HttpStatusCode.TooManyRequests };

    protected override bool IsBreakdown(Exception failure) =>
        failure is JsonException or AdyenAnswerException { Status: >= HttpStatusCode.InternalServerError };

    /// <summary>A breakdown that Adyen keeps under the key: it says that it does not pass.</summary>
    protected override bool IsSpent(Exception failure) => failure is AdyenAnswerException { Status: >= HttpStatusCode.InternalServerError, Transient: false };

    protected override TimeSpan? Said(Exception failure) => (failure as AdyenAnswerException)?.RetryAfter;
}
