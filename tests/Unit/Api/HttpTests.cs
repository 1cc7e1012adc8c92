using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Commerce.Carts;
using Commerce.Catalog;
using Commerce.Contacts;
using Commerce.Events;
using Commerce.Orders;
using Commerce.Payments;
using Commerce.Pricing;
using Xunit;

namespace Commerce.Tests.Unit.Api;

public sealed class HttpTests(ApiHost api) : IClassFixture<ApiHost>
{
    private const string CartId = "cart_00000000000000000000000000", OrderId = "ord_00000000000000000000000000", Cart = "/v1/carts/" + CartId;

    [Fact]
    public async Task A_guest_gets_a_cart_and_its_secret_and_a_repeat_gets_the_same()
    {
        var created = new Dictionary<string, CreateCart>(StringComparer.Ordinal);
        api.Grains.On<ICartGrain>((key, _, arguments) =>
        {
            var replayed = !created.TryAdd((string)key, (CreateCart)arguments[1]!);
            return Task.FromResult(new Reply<CartView>(View((string)key), replayed));
        });

        var first = await api.Send(HttpMethod.Post, "/v1/carts", """{"channel":"eu"}""", null, ("Idempotency-Key", "k-1"));
        var again = await api.Send(HttpMethod.Post, "/v1/carts", """{ "channel": "eu" }""", null, ("Idempotency-Key", "k-1"));
        var other = await api.Send(HttpMethod.Post, "/v1/carts", """{"channel":"eu"}""", null, ("Idempotency-Key", "k-2"));
        var unkeyed = await api.Send(HttpMethod.Post, "/v1/carts", """{"channel":"eu"}""");
        var known = await api.Send(HttpMethod.Post, "/v1/carts", """{"channel":"eu"}""", ApiHost.Guest);

        Assert.Equal(201, first.Status);
        Assert.Equal("\"3\"", first.Headers["ETag"]);
        Assert.Equal("/v1/carts/" + first.Json.GetProperty("id").GetString(), first.Headers["Location"]);
        Assert.StartsWith("cgt_", first.Json.GetProperty("token").GetString(), StringComparison.Ordinal);
        Assert.Equal(first.Json.GetProperty("token").GetString(), again.Json.GetProperty("token").GetString());
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.NotEqual(first.Json.GetProperty("token").GetString(), other.Json.GetProperty("token").GetString());
        Assert.False(known.Json.TryGetProperty("token", out _));
        Assert.Equal(4, created.Count);
        Assert.Equal(Owners.Guest(unkeyed.Json.GetProperty("token").GetString()!), created[unkeyed.Json.GetProperty("id").GetString()!].Owner);
        Assert.Equal(Owners.Guest(ApiHost.Guest), created[known.Json.GetProperty("id").GetString()!].Owner);
    }

    [Fact]
    public async Task A_cart_is_shown_with_what_the_contact_keeps()
    {
        api.Grains.On<ICartGrain>((_, _, _) => Task.FromResult<CartView?>(View(CartId) with { Destination = new Destination("DE", null), HasContact = true, ContactId = "con_1" }));
        api.Grains.On<IContactGrain>((_, _, _) => Task.FromResult(new ContactView("con_1", new Person("a@example.com"), new Address("A", "B 1", null, "C", null, "10115", "DE"), false)));

        var cart = await api.Send(HttpMethod.Get, Cart, token: ApiHost.Guest);

        Assert.Equal("B 1", cart.Json.GetProperty("destination").GetProperty("line1").GetString());
        Assert.Equal("a@example.com", cart.Json.GetProperty("contact").GetProperty("email").GetString());
        Assert.Equal("active", cart.Json.GetProperty("status").GetString());
        Assert.Equal("EUR", cart.Json.GetProperty("totals").GetProperty("total").GetProperty("currency").GetString());
        Assert.Equal(304, (await api.Send(HttpMethod.Get, Cart, null, ApiHost.Guest, ("If-None-Match", "\"3\""))).Status);
    }

    [Fact]
    public async Task What_the_grains_refuse_is_a_problem_document()
    {
        api.Grains.On<ICartGrain>((_, _, _) => throw new CommerceException(CartErrors.PriceChanged(new Quote { Id = "q2", Channel = "eu", Currency = "EUR" })));

        var refused = await api.Send(HttpMethod.Post, Cart + "/lines", """{"sku":"A","quantity":1}""", ApiHost.Guest, ("Correlation-Id", "c-1"));

        Assert.Equal((409, "application/problem+json", "price-changed"), (refused.Status, refused.Kind, refused.Code));
        Assert.Equal("/problems/price-changed", refused.Json.GetProperty("type").GetString());
        Assert.Equal("c-1", refused.Json.GetProperty("correlationId").GetString());
        Assert.Equal("c-1", refused.Headers["Correlation-Id"]);
        Assert.Equal("q2", refused.Json.GetProperty("quote").GetProperty("id").GetString());
        Assert.Equal("/quoteId", refused.Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [Theory]
    [InlineData(typeof(TimeoutException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task A_cluster_in_motion_is_told_apart_from_a_defect(Type thrown)
    {
        api.Grains.On<ICartGrain>((_, _, _) => throw (Exception)Activator.CreateInstance(thrown)!);
        var passing = await api.Send(HttpMethod.Get, Cart, token: ApiHost.Guest);
        Assert.Equal((503, "temporarily-unavailable", "1"), (passing.Status, passing.Code, passing.Headers["Retry-After"]));

        api.Grains.On<ICartGrain>((_, _, _) => throw new InvalidCastException("secret"));
        var defect = await api.Send(HttpMethod.Get, Cart, token: ApiHost.Guest);
        Assert.Equal((500, "internal"), (defect.Status, defect.Code));
        Assert.DoesNotContain("secret", defect.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_what()
    {
        api.Grains.On<ICartGrain>((_, _, arguments) => Task.FromResult(arguments[0] is null or "cus_anna" ? View(CartId) : null));
        api.Grains.On<IOrderGrain>((_, _, _) => Task.FromResult<OrderView?>(null));

        async Task<int> Status(string address, string? token, params (string, string)[] headers) => (await api.Send(HttpMethod.Get, address, null, token, headers)).Status;

        Assert.Equal(200, await Status(Cart, CustomerJwt.For("anna")));
        Assert.Equal(404, await Status(Cart, CustomerJwt.For("ben")));
        Assert.Equal(404, await Status(Cart, ApiHost.Guest));
        Assert.Equal(404, await Status(Cart, CustomerJwt.For("ben"), ("X-User-Id", "anna")));
        Assert.Equal(200, await Status(Cart, ApiHost.AdminKey));
        Assert.Equal(401, await Status(Cart, null));
        Assert.Equal(401, await Status(Cart, "nonsense"));
        Assert.Equal(401, await Status(Cart, CustomerJwt.For("anna", key: "another-signing-key-of-32-bytes-or-more")));
        Assert.Equal(401, await Status(Cart, CustomerJwt.For("anna", expiresInMinutes: -5)));
        Assert.Equal(403, await Status("/v1/admin/orders/" + OrderId, ApiHost.Guest));
        Assert.Equal(403, await Status("/v1/admin/orders/" + OrderId, CustomerJwt.For("anna")));
        Assert.Equal(404, await Status("/v1/admin/orders/" + OrderId, CustomerJwt.For("olga", scope: "read commerce.admin")));
        Assert.Equal(404, await Status("/v1/admin/orders/" + OrderId, ApiHost.AdminKey));
        Assert.Equal(403, await Status("/v1/events", ApiHost.Guest));

        var anonymous = await api.Send(HttpMethod.Get, Cart);
        Assert.Equal("Bearer realm=\"commerce\"", anonymous.Headers["WWW-Authenticate"]);
        Assert.Equal("unauthenticated", anonymous.Code);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404, "not-found")]
    [InlineData("GET", "/v1/carts/..%2f..%2fetc", 404, "not-found")]
    [InlineData("GET", "/v1/carts/%252e%252e", 404, "not-found")]
    [InlineData("GET", "/v1/carts/1' or '1'='1", 404, "not-found")]
    [InlineData("GET", "/v1/carts/%zz", 404, "not-found")]
    [InlineData("DELETE", "/v1/carts", 405, "method-not-allowed")]
    [InlineData("TRACE", "/v1/carts", 405, "method-not-allowed")]
    [InlineData("GET", "/v1/products?limit=1000000000", 422, "invalid-limit")]
    [InlineData("GET", "/v1/products?cursor=%27%20or", 400, "invalid-cursor")]
    [InlineData("GET", "/v1/products?currency=eur", 422, "unknown-currency")]
    public async Task What_cannot_be_asked_is_a_problem_document(string method, string address, int status, string code)
    {
        api.Grains.On<ICatalogGrain>((_, _, _) => throw new InvalidOperationException("nobody should ask"));

        var refused = await api.Send(new HttpMethod(method), address, token: ApiHost.Guest);

        Assert.Equal((status, "application/problem+json", code), (refused.Status, refused.Kind, refused.Code));
        Assert.Equal(status == 405, refused.Headers.ContainsKey("Allow"));
    }

    [Fact]
    public async Task What_is_too_large_or_of_another_kind_is_a_problem_document()
    {
        var line = """{"sku":"A","quantity":1}""";
        async Task<string> Code(string? body, params (string, string)[] headers) => (await api.Send(HttpMethod.Post, Cart + "/lines", body, ApiHost.Guest, headers)).Code;

        Assert.Equal("uri-too-long", (await api.Send(HttpMethod.Get, "/v1/products?q=" + new string('x', 20_000))).Code);
        Assert.Equal("not-found", (await api.Send(HttpMethod.Get, "/v1/carts/" + new string('x', 4_000), token: ApiHost.Guest)).Code);
        Assert.Equal("headers-too-large", await Code(line, ("X-Large", new string('x', 64_000))));
        Assert.Equal("headers-too-large", await Code(line, [.. Enumerable.Range(0, 500).Select(i => ($"X-{i}", "1"))]));
        Assert.Equal("body-too-large", await Code(new string(' ', 2_000_000)));
        Assert.Equal("unsupported-media-type", await Code(line, ("Content-Type", "text/plain")));
        Assert.Equal("unsupported-media-type", await Code(line, ("Content-Type", "application/json; charset=utf-16")));
        Assert.Equal("unsupported-media-type", await Code(line, ("Content-Encoding", "gzip")));
        Assert.Equal("unsupported-media-type", await Code(null));
        Assert.Equal("not-acceptable", await Code(line, ("Accept", "image/png")));
        Assert.Equal("idempotency-key-invalid", await Code(line, ("Idempotency-Key", "")));
        Assert.Equal("invalid-if-match", await Code(line, ("If-Match", "3")));
    }

    [Fact]
    public async Task A_body_that_is_declared_and_never_sent_is_refused_at_once()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, api.Http.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /v1/carts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 41943040\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());

        Assert.Equal("HTTP/1.1 413 Payload Too Large", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task A_request_with_two_lengths_is_refused_and_hung_up_on()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, api.Http.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "POST /v1/carts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"channel\":\"eu\"}\r\n0\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());

        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(5));
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("bad-request", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Money_moves_only_under_a_key()
    {
        foreach (var address in new[] { "/v1/checkouts", $"/v1/admin/orders/{OrderId}/captures", $"/v1/admin/orders/{OrderId}/refunds" })
        {
            var refused = await api.Send(HttpMethod.Post, address, "{}", ApiHost.AdminKey);
            Assert.Equal((400, "idempotency-key-missing"), (refused.Status, refused.Code));
        }
    }

    [Fact]
    public async Task Products_come_in_pages()
    {
        var asked = new List<ProductQuery>();
        api.Grains.On<ICatalogGrain>((_, _, arguments) =>
        {
            asked.Add((ProductQuery)arguments[0]!);
            return Task.FromResult(new Page<ProductView>([new ProductView { Id = "p", Name = "Tea", Variants = [new("A", "A", new Money(1299, "EUR"), 3, ImmutableDictionary<string, string>.Empty)] }], "c2"));
        });

        var page = await api.Send(HttpMethod.Get, "/v1/products?q=tea&limit=1");

        Assert.Equal(new ProductQuery("eu", null, "tea", null, null, 1), Assert.Single(asked));
        Assert.Equal("</v1/products?q=tea&limit=1&cursor=c2>; rel=\"next\"", page.Headers["Link"]);
        Assert.Equal("""{"amount":1299,"currency":"EUR"}""", page.Json.GetProperty("items")[0].GetProperty("variants")[0].GetProperty("price").GetRawText());
        Assert.Equal("c2", page.Json.GetProperty("next").GetString());
        Assert.Contains("q=20000;w=4", page.Headers["RateLimit-Policy"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_s_events_come_as_a_page_or_as_a_stream()
    {
        var happened = new LifecycleEvent { Cursor = new EventCursor(5, 0), Aggregate = OrderId, Version = 1, Sequence = 1, Type = "commerce.order.placed.v1", Data = "{}"u8.ToArray() };
        api.Grains.On<IOrderGrain>((_, _, _) => Task.FromResult<OrderView?>(new OrderView { Id = OrderId, Version = 1 }));
        api.Grains.On<ILifecycleReader>((_, method, arguments) => method switch
        {
            nameof(ILifecycleReader.Head) => Task.FromResult(new EventCursor(9, 0)),
            nameof(ILifecycleReader.ReadAggregate) => Task.FromResult(new LifecyclePage(((EventCursor)arguments[1]!).Covers(happened.Cursor) ? [] : [happened], happened.Cursor)),
            _ => new TaskCompletionSource<LifecyclePage>().Task,
        });

        var page = await api.Send(HttpMethod.Get, $"/v1/orders/{OrderId}/events", token: ApiHost.Guest);
        Assert.Equal($"{OrderId}/1/0", page.Json.GetProperty("items")[0].GetProperty("id").GetString());
        Assert.Equal("null", page.Json.GetProperty("next").GetRawText());

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/orders/{OrderId}/events") { Headers = { { "Accept", "text/event-stream" }, { "Authorization", "Bearer " + ApiHost.Guest } } };
        using var response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var stream = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("retry: 1000", await stream.ReadLineAsync());
        Assert.Equal("", await stream.ReadLineAsync());
        Assert.Equal("id: 5-0", await stream.ReadLineAsync());
        Assert.Equal("event: commerce.order.placed.v1", await stream.ReadLineAsync());
    }

    [Fact]
    public async Task The_export_streams_lines_and_refuses_a_table_that_is_none()
    {
        api.Grains.On<ILifecycleReader>((_, _, arguments) => Table((string)arguments[0]!));

        var lines = await api.Send(HttpMethod.Get, "/v1/admin/export/orders", token: ApiHost.AdminKey);
        var none = await api.Send(HttpMethod.Get, "/v1/admin/export/secrets", token: ApiHost.AdminKey);

        Assert.Equal((200, "application/x-ndjson", "{\"a\":1}\n{\"a\":2}\n"), (lines.Status, lines.Kind, lines.Text));
        Assert.Equal((404, "unknown-table"), (none.Status, none.Code));

        static async IAsyncEnumerable<string> Table(string name)
        {
            await Task.Yield();
            if (name != "orders")
            {
                throw new CommerceException(EventErrors.UnknownTable(name, ["orders"]));
            }

            yield return "{\"a\":1}";
            yield return "{\"a\":2}";
        }
    }

    [Fact]
    public async Task A_webhook_reaches_its_provider_s_door_with_the_bytes_that_were_signed()
    {
        InboundWebhook? received = null;
        api.Grains.On<IWebhookDoor>((_, _, arguments) =>
        {
            received = (InboundWebhook)arguments[0]!;
            return Task.FromResult(new WebhookReceipt("evt_1", false));
        });

        Assert.Equal(200, (await api.Send(HttpMethod.Post, "/v1/webhooks/stripe", "{ \"id\" : 1 }", null, ("Stripe-Signature", "t=1,v1=x"))).Status);
        Assert.Equal("{ \"id\" : 1 }", Encoding.UTF8.GetString(received!.Body));
        Assert.Equal("t=1,v1=x", received.Headers["stripe-signature"]);
        received = null;
        Assert.Equal(404, (await api.Send(HttpMethod.Post, "/v1/webhooks/No%20Body", "{}")).Status);
        Assert.Null(received); // which providers there are, the silo knows; what cannot be a provider's name starts nothing
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/problems", "text/html")]
    [InlineData("/problems/price-changed", "text/html")]
    [InlineData("/docs/", "text/html")]
    [InlineData("/ops/login", "text/html")]
    [InlineData("/openapi/v1.json", "application/json")]
    [InlineData("/metrics", "text/plain")]
    [InlineData("/health/live", "text/plain")]
    [InlineData("/health/ready", "text/plain")]
    public async Task There_is_something_to_read_at(string address, string kind)
    {
        var page = await api.Send(HttpMethod.Get, address);
        Assert.Equal((200, kind), (page.Status, page.Kind));
    }

    private static CartView View(string id) => new()
    {
        Id = id,
        Version = 3,
        Status = CartStatus.Active,
        Quote = new Quote { Id = "q", Channel = "eu", Currency = "EUR" },
    };
}
