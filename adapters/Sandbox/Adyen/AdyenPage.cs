using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Commerce.Sandbox.Adyen;

/// <summary>The page that a redirect leads to: the shopper's bank, or another payment method's site. Passed or failed by a button, or by <c>curl -d outcome=complete</c>.</summary>
internal static class AdyenPage
{
    public static IResult Show(string id, AdyenAccount account) => account.Payment(id) switch
    {
        null => Missing(),
        { Status: not AdyenStatus.Waiting } => Closed("There is nothing left to do here."),
        var payment => Page.Html("Confirm your payment", $"""
            <section><p class="soft">Test bank · Adyen</p>
            <h1>Confirm your payment</h1>
            <p>A shop asks for <strong>{WebUtility.HtmlEncode($"{payment.Amount} {payment.Currency}")}</strong> (minor units) by <strong>{AdyenScenario.Named(payment.Scenario)!.Brand}</strong>.</p>
            <form method="post">
            <button class="go" name="outcome" value="complete">Complete authentication</button>
            <button name="outcome" value="fail">Fail authentication</button>
            </form></section>
            """, small: true),
    };

    public static async Task<IResult> Decide(string id, HttpRequest request, AdyenAccount account, SandboxJournal journal)
    {
        var form = request.HasFormContentType ? (await request.ReadFormAsync())["outcome"].ToString() : "";
        var outcome = form.Length > 0 ? form : request.Query["outcome"].ToString();
        if (outcome is not ("complete" or "fail"))
        {
            return Results.Text("Outcome is 'complete' or 'fail'.", statusCode: StatusCodes.Status400BadRequest);
        }

        var call = new AdyenCall(id, JsonSerializer.SerializeToElement(outcome), Key: null, account.Now, BaseUrl: "");
        var answer = account.Commit(call, outcome == "complete" ? static (account, call) => AdyenPayments.Authenticate(account, call, passed: true) : static (account, call) => AdyenPayments.Authenticate(account, call, passed: false));
        await journal.Durable();

        return answer.Status != StatusCodes.Status200OK ? Closed("There is nothing left to do here.")
            : Uri.TryCreate(account.Payment(id)?.ReturnUrl, UriKind.Absolute, out var back) && (back.Scheme == Uri.UriSchemeHttp || back.Scheme == Uri.UriSchemeHttps)
                ? Results.Redirect(QueryHelpers.AddQueryString(back.AbsoluteUri, "redirectResult", answer.Body))
                : Closed("Your bank has taken note.");
    }

    private static IResult Missing() => Page.Html("Not found", "<section><h1>Not found</h1><p>There is no such payment.</p></section>", small: true, StatusCodes.Status404NotFound);

    private static IResult Closed(string says) => Page.Html("Done", $"<section><h1>Done</h1><p>{WebUtility.HtmlEncode(says)} You may close this page.</p></section>", small: true);
}
