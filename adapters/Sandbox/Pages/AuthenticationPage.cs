using System.Net;
using Commerce.Sandbox.Stripe;
using Microsoft.AspNetCore.WebUtilities;

namespace Commerce.Sandbox;

/// <summary>The page of the shopper's bank: 3-D Secure, passed or failed by a button, or by <c>curl -d outcome=complete</c>.</summary>
internal static class AuthenticationPage
{
    public static IResult Show(string id, StripeAccount account) => account.Intent(id) switch
    {
        null => Missing(),
        { Status: not IntentStatus.RequiresAction } => Closed("There is nothing left to do here."),
        var intent => Page.Html("Confirm your payment", $"""
            <section><p class="soft">Test bank · 3-D Secure</p>
            <h1>Confirm your payment</h1>
            <p>A shop asks for <strong>{Major(intent)}</strong> from the card ending in <strong>{TestCard.Find(intent.Method ?? "")?.Last4}</strong>.</p>
            <form method="post">
            <button class="go" name="outcome" value="complete">Complete authentication</button>
            <button name="outcome" value="fail">Fail authentication</button>
            </form></section>
            """, small: true),
    };

    public static async Task<IResult> Decide(string id, HttpRequest request, StripeAccount account, SandboxJournal journal)
    {
        var form = request.HasFormContentType ? (await request.ReadFormAsync())["outcome"].ToString() : "";
        var outcome = form.Length > 0 ? form : request.Query["outcome"].ToString();
        var call = new StripeCall(id, new StripeForm("outcome=" + Uri.EscapeDataString(outcome)), Key: null, Fingerprint: 0, account.Now, BaseUrl: "");
        var answer = account.Commit(call, StripePayments.Authenticate);
        await journal.Durable();

        return (answer, account.Intent(id)) switch
        {
            ({ Error.Param: "outcome" }, _) => Results.Text(answer.Error.Message, statusCode: StatusCodes.Status400BadRequest),
            (_, null) => Missing(),
            (_, { } intent) when Return(intent) is { } address => Results.Redirect(address),
            (_, { Decline: null }) => Closed("Your bank has confirmed the payment."),
            _ => Closed("Your bank has not confirmed the payment."),
        };
    }

    /// <summary>Where the shop wants its shopper back; only the web.</summary>
    private static string? Return(PaymentIntent intent) =>
        Uri.TryCreate(intent.ReturnUrl, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? QueryHelpers.AddQueryString(address.AbsoluteUri, new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["payment_intent"] = intent.Id,
                ["payment_intent_client_secret"] = intent.ClientSecret,
                ["redirect_status"] = intent.Decline is null ? "succeeded" : "failed",
            })
            : null;

    private static IResult Missing() => Page.Html("Not found", "<section><h1>Not found</h1><p>There is no such payment.</p></section>", small: true, StatusCodes.Status404NotFound);

    private static IResult Closed(string says) => Page.Html("Done", $"<section><h1>Done</h1><p>{WebUtility.HtmlEncode(says)} You may close this page.</p></section>", small: true);

    private static string Major(PaymentIntent intent)
    {
        var digits = intent.Currency switch
        {
            "bif" or "clp" or "djf" or "gnf" or "jpy" or "kmf" or "krw" or "mga" or "pyg" or "rwf" or "vnd" or "vuv" or "xaf" or "xof" or "xpf" => 0,
            "bhd" or "jod" or "kwd" or "omr" or "tnd" => 3,
            _ => 2,
        };
        var text = intent.Amount.ToString(provider: null).PadLeft(digits + 1, '0');
        return $"{text[..^digits]}{(digits == 0 ? "" : ".")}{text[^digits..]} {intent.Currency.ToUpperInvariant()}";
    }
}
