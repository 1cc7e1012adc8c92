using System.Net;
using System.Text.Json;
using Commerce.Catalog;
using Commerce.Vendors;

namespace Commerce.Commercetools;

/// <summary>commercetools answered with an error.</summary>
/// <param name="code">The first of its error codes: <c>InvalidInput</c>, <c>insufficient_scope</c>.</param>
internal sealed class CommercetoolsException(HttpStatusCode status, string code, string message, TimeSpan? retryAfter)
    : Exception($"{(int)status} {code}: {message}")
{
    public HttpStatusCode Status => status;

    public string Code => code;

    public TimeSpan? RetryAfter => retryAfter;
}

/// <summary>What kinds of failure commercetools' calls end in, and what they come to.</summary>
internal sealed class CommercetoolsFailures : VendorFailures
{
    public static CommercetoolsFailures Instance { get; } = new();

    public override bool IsAnswer(Exception failure) =>
        failure is CommercetoolsException { Status: not (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError) };

    public override bool IsTurnedAway(Exception failure) => failure is CommercetoolsException { Status: HttpStatusCode.TooManyRequests };

    protected override bool IsBreakdown(Exception failure) => failure is JsonException or CommercetoolsException { Status: >= HttpStatusCode.InternalServerError };

    protected override TimeSpan? Said(Exception failure) => (failure as CommercetoolsException)?.RetryAfter;

    /// <summary>The failure as the shop knows it.</summary>
    public static CommerceException As(Exception failure) => new(failure switch
    {
        CommercetoolsException { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } said =>
            CatalogSourceErrors.Refused($"commercetools does not let this API client read ({said.Code}). Check its id, its secret and its scopes."),
        CommercetoolsException { Status: HttpStatusCode.NotFound } =>
            CatalogSourceErrors.Refused("commercetools does not know the project. Check Commerce:Commercetools:ProjectKey and the region of ApiUrl."),
        CommercetoolsException { Status: < HttpStatusCode.InternalServerError and not (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout) } said =>
            CatalogSourceErrors.Refused($"commercetools refused the question ({said.Code})."),
        _ => CommonErrors.Unavailable("commercetools does not answer at the moment.", Instance.WaitBefore(failure)),
    });
}
