namespace Commerce.Site;

/// <summary>What somebody finds who opens the address of this service.</summary>
internal static class IndexPage
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapIndexPage() => routes.MapGet("/", static (HttpRequest request) => Html.Page("Welcome", $$"""
            <h1>A commerce runtime</h1>
            <p>Carts, checkouts, orders, payments and stock that stay correct under a flash sale, a vendor outage, a crash or a retry.
            This address serves the API; every resource is under <code>/v1</code>.</p>
            <table>
              <tr><td><a href="/docs">/docs</a></td><td>The reference, to read and to try</td></tr>
              <tr><td><a href="/openapi/v1.json">/openapi/v1.json</a></td><td>The same for programs (OpenAPI 3.1)</td></tr>
              <tr><td><a href="/v1/products">/v1/products</a></td><td>What the shop sells · <a href="/v1/channels">its channels</a></td></tr>
              <tr><td><a href="/problems">/problems</a></td><td>Every problem that the API answers with, its cause and remedy</td></tr>
              <tr><td><a href="/ops">/ops</a></td><td>For operators: grains, silos, throughput</td></tr>
              <tr><td><a href="/health/ready">/health/ready</a></td><td>Whether this process takes requests · <a href="/metrics">metrics</a></td></tr>
            </table>
            <h2>A cart in one line</h2>
            <p><code>curl -H 'Content-Type: application/json' -d '{"channel":"eu"}' {{System.Net.WebUtility.HtmlEncode($"{request.Scheme}://{request.Host}")}}/v1/carts</code></p>
            """)).ExcludeFromDescription();
    }
}
