namespace Commerce.Sandbox;

/// <summary>The frame that the sandbox's few pages share: no script, no outside resource.</summary>
internal static class Page
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1a1f36;--soft:#697386;--line:#e3e8ee;--back:#f7f8fa;--card:#fff;--go:#635bff}
        @media(prefers-color-scheme:dark){:root{--ink:#e8eaf0;--soft:#9aa3b5;--line:#2b3040;--back:#12141c;--card:#1b1e29;--go:#8a84ff}}
        *{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back)}
        main{max-width:78rem;margin:0 auto;padding:2rem 1rem}main.small{max-width:26rem;padding-top:12vh}
        section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem 1.5rem;margin:0 0 1.25rem;overflow-x:auto}
        h1{font-size:1.5rem;margin:0 0 .5rem}h2{font-size:1.05rem;margin:0 0 .75rem}p{margin:.25rem 0 .75rem}.soft{color:var(--soft)}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
        th{font-weight:600;color:var(--soft)}td.n{text-align:right;font-variant-numeric:tabular-nums}code{font:13px ui-monospace,monospace}
        button{font:inherit;font-weight:600;width:100%;padding:.7rem;border-radius:8px;border:1px solid var(--line);background:var(--card);color:var(--ink);cursor:pointer;margin-top:.6rem}
        button.go{background:var(--go);border-color:var(--go);color:#fff}button:focus-visible{outline:3px solid var(--go);outline-offset:2px}
        """;

    public static IResult Html(string title, string body, bool small = false, int status = StatusCodes.Status200OK) => Results.Content(
        $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title}</title><style>{Style}</style></head>
        <body><main{(small ? " class=\"small\"" : "")}>{body}</main></body></html>
        """,
        "text/html; charset=utf-8",
        statusCode: status);
}
