using System.Text.Encodings.Web;

namespace Commerce.Site;

/// <summary>The few pages that this API has itself: plain, readable, nothing fetched from elsewhere.</summary>
internal static class Html
{
    private const string Style = """
        :root{color-scheme:light dark}body{font:16px/1.55 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1.25rem}
        h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.1rem;margin-top:2rem}code{font:.92em ui-monospace,monospace;background:#8882;padding:.1em .3em;border-radius:.25em}
        a{color:#2563eb}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .6rem .35rem 0;border-bottom:1px solid #8884;vertical-align:top}
        dt{font-weight:600;margin-top:.8rem}dd{margin:0}label{display:block}input{font:inherit;padding:.45rem .6rem;width:100%;box-sizing:border-box;margin:.3rem 0 .8rem}
        button{font:inherit;padding:.5rem 1.1rem}.bad{color:#dc2626}.dim{opacity:.7}
        """;

    public static IResult Page(string title, string body, int status = StatusCodes.Status200OK) => TypedResults.Text($"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
        <title>{Text(title)} · CommerceGrains</title><style>{Style}</style></head>
        <body><p class="dim"><a href="/">CommerceGrains</a></p>
        {body}
        </body></html>
        """, "text/html; charset=utf-8", statusCode: status);

    public static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
