using System.Globalization;
using System.Text;
using Commerce.Overload;
using Commerce.Site;

namespace Commerce.Problems;

/// <summary>The pages that problem documents point to, and the same as a document for the repository.</summary>
internal static class ProblemPages
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapProblemPages()
        {
            var problems = routes.MapGroup("/problems").ExcludeFromDescription().WithUrgency(Urgency.Browsing);
            problems.MapGet("/", static () => Html.Page("Problems", $"""
                <h1>Problems</h1>
                <p>Everything that this API refuses is answered with a problem document (RFC 9457). These are its kinds.</p>
                <table><tr><th>Status</th><th>Code</th><th>Meaning</th></tr>
                {string.Concat(ProblemTypes.All.Select(static type => $"<tr><td>{type.Status}</td><td><a href=\"{type.Uri}\"><code>{type.Code}</code></a></td><td>{Html.Text(type.Title)}</td></tr>"))}
                </table>
                """));
            problems.MapGet("/{code}", static (string code) => ProblemTypes.Find(code) is { } type ? PageOf(type) : throw Refusal.NotFound);
        }
    }

    /// <summary>The whole table as Markdown: docs/errors.md, which a test holds equal to this.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder("""
            # Problems

            What this API refuses is answered with a problem document (RFC 9457, `application/problem+json`): `type` (the page `/problems/{code}`), `title`, `status`,
            `detail`, `instance`, `code`, `category`, `retryable`, `retryAfterMs`, `correlationId`, and where they help `errors` (by JSON pointer), `allowed`, `quote`.
            Clients switch on `code`, which is never renamed. This page is generated from `api/Problems/ProblemTypes.cs`.

            | status | code | category | retry | cause | remedy |
            | --- | --- | --- | --- | --- | --- |

            """);
        foreach (var type in ProblemTypes.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {type.Status} | `{type.Code}` | {type.Category} | {(type.Retryable ? "yes" : "no")} | {type.Cause} | {type.Remedy} |\n");
        }

        return text.ToString();
    }

    private static IResult PageOf(ProblemType type) => Html.Page(type.Title, $"""
        <h1>{Html.Text(type.Title)}</h1>
        <p><code>{type.Code}</code> · HTTP {type.Status} · {type.Category}</p>
        <dl>
          <dt>Cause</dt><dd>{Html.Text(type.Cause)}</dd>
          <dt>Remedy</dt><dd>{Html.Text(type.Remedy)}</dd>
          <dt>Repeat it?</dt><dd>{(type.Retryable ? "Yes: the same request with the same Idempotency-Key, after Retry-After." : "Not as it is: the answer would be the same.")}</dd>
        </dl>
        <p><a href="/problems">All problems</a></p>
        """);
}
