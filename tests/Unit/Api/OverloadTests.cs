using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Commerce.Carts;
using Commerce.Catalog;
using Commerce.Checkouts;
using Commerce.Inventory;
using Commerce.Orders;
using Commerce.Pricing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Commerce.Tests.Unit.Api;

/// <summary>A front end with room for ten requests: two that browse, three with new carts among them, ten in all.</summary>
public sealed class SmallHost : ApiHost
{
    protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Commerce:Admission:Minimum"] = "10",
        ["Commerce:Admission:Maximum"] = "10",
        ["Commerce:Admission:Start"] = "10",
        ["Commerce:Admission:Probes"] = "0",
        ["Commerce:Admission:Browsing"] = "0.2",
        ["Commerce:Admission:Opening"] = "0.3",
        ["Commerce:Admission:Cart"] = "1",
        ["Commerce:RateLimits:CheckoutBurst"] = "4",
    };
}

public sealed class OverloadTests(SmallHost api) : IClassFixture<SmallHost>
{
    private const string CartId = "cart_00000000000000000000000000", CheckoutId = "chk_00000000000000000000000000", OrderId = "ord_00000000000000000000000000";
    private const string Purchase = $$$"""{"cartId":"{{{CartId}}}","payment":{"method":"pm_card_visa"}}""";

    [Fact]
    public async Task Browsing_gives_way_to_new_carts_those_to_carts_and_carts_to_nothing_but_a_full_house()
    {
        Script();
        await using var house = new Crowd(api);

        await house.Fill(2);
        Assert.Equal("503, 201, 200, 201", await Statuses("a"));
        await house.Fill(3);
        Assert.Equal("503, 503, 200, 201", await Statuses("b"));
        await house.Fill(10);
        Assert.Equal("503, 503, 503, 503", await Statuses("c"));
        await house.Empty();
        Assert.Equal("200, 201, 200, 201", await Statuses("d"));
    }

    [Fact]
    public async Task Whoever_is_turned_away_is_told_why_and_when_to_come_back_in_whole_seconds_that_differ()
    {
        Script();
        await using var house = new Crowd(api);
        await house.Fill(10);

        var refused = new List<Answered>();
        for (var i = 0; i < 8; i++)
        {
            refused.Add(await api.Send(HttpMethod.Post, "/v1/carts", """{"channel":"eu"}""", headers: ("Correlation-Id", "c-" + i)));
        }

        Assert.All(refused, (answer, i) =>
        {
            Assert.Equal((503, "application/problem+json", "overloaded", true), (answer.Status, answer.Kind, answer.Code, answer.Json.GetProperty("retryable").GetBoolean()));
            Assert.Equal("/problems/overloaded", answer.Json.GetProperty("type").GetString());
            Assert.Equal(("c-" + i, "c-" + i), (answer.Headers["Correlation-Id"], answer.Json.GetProperty("correlationId").GetString()));
            Assert.InRange(int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 30);
            Assert.Equal(answer.Headers["Retry-After"] + "000", answer.Json.GetProperty("retryAfterMs").GetRawText());
        });
        Assert.True(refused.Select(answer => answer.Headers["Retry-After"]).Distinct().Count() > 1);
    }

    [Theory]
    [InlineData("GET", "/v1/checkouts/" + CheckoutId, 200)]
    [InlineData("POST", "/v1/checkouts/" + CheckoutId + "/confirm", 200)]
    [InlineData("POST", "/v1/checkouts/" + CheckoutId + "/cancel", 200)]
    [InlineData("GET", "/v1/orders/" + OrderId, 200)]
    [InlineData("POST", "/v1/webhooks/_UPPER_", 404)]
    [InlineData("GET", "/v1/admin/stock/A", 200)]
    [InlineData("GET", "/health/live", 200)]
    [InlineData("GET", "/health/ready", 200)]
    [InlineData("GET", "/metrics", 200)]
    public async Task What_exists_already_and_what_runs_the_shop_is_never_turned_away(string method, string path, int status)
    {
        Script();
        await using var house = new Crowd(api);
        await house.Fill(10);

        var answer = await api.Send(new HttpMethod(method), path, path.Contains("webhooks", StringComparison.Ordinal) ? "{}" : null, path.Contains("admin", StringComparison.Ordinal) ? ApiHost.AdminKey : ApiHost.Guest);

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task A_checkout_that_was_let_in_once_is_let_in_however_full_it_is_and_one_that_was_refused_for_good_is_not()
    {
        Script();
        await using var house = new Crowd(api);
        Assert.Equal(201, (await Buy("paid")).Status);
        Assert.Equal(422, (await Buy("wrong", "{}")).Status);
        await house.Fill(10);

        Assert.Equal(201, (await Buy("paid")).Status);
        Assert.Equal(201, (await Buy("\"paid\"")).Status);
        Assert.Equal(503, (await Buy("other")).Status);
        Assert.Equal(503, (await Buy("wrong", "{}")).Status);
        Assert.Equal(503, (await Buy("paid", token: CustomerJwt.For("somebody-else"))).Status);
    }

    [Theory]
    [InlineData(typeof(LimitExceededException))]
    [InlineData(typeof(GatewayTooBusyException))]
    public async Task A_cluster_that_has_too_much_to_do_is_not_asked_again_at_once(Type says)
    {
        var calls = 0;
        api.Grains.On<ICartGrain>((_, _, _) =>
        {
            Interlocked.Increment(ref calls);
            throw (Exception)Activator.CreateInstance(says, nonPublic: true)!;
        });

        var answer = await api.Send(HttpMethod.Get, "/v1/carts/" + CartId, token: ApiHost.Guest);

        Assert.Equal((503, "overloaded", 1), (answer.Status, answer.Code, calls));
        Assert.InRange(int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 30);
    }

    [Fact]
    public async Task Whom_it_turned_away_is_counted_by_kind()
    {
        Script();
        var own = api.Services.GetRequiredService<IMeterFactory>(); // other hosts of this process count, too
        var counted = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, follow) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, own) && instrument.Name.StartsWith("commerce.admission.", StringComparison.Ordinal))
                {
                    follow.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted.AddOrUpdate((string)tags[0].Value!, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => counted[instrument.Name] = value);
        listener.Start();
        await using var house = new Crowd(api);
        await house.Fill(10);

        Assert.Equal("503, 503, 503, 503", await Statuses("m"));

        listener.RecordObservableInstruments();
        Assert.All(["browsing", "opening", "cart", "checkout"], kind => Assert.True(counted[kind] > 0));
        Assert.Equal((10, 10), (counted["commerce.admission.limit"], counted["commerce.admission.in_flight"]));
    }

    [Fact]
    public async Task Who_starts_checkouts_as_if_to_try_out_cards_is_told_when_to_go_on()
    {
        Script();
        var token = CustomerJwt.For("carder");
        var answers = new List<Answered>();
        for (var i = 0; i < 5; i++)
        {
            answers.Add(await Buy("try-" + i, token: token));
        }

        Assert.Equal([201, 201, 201, 201, 429], answers.Select(answer => answer.Status));
        var refused = answers[^1];
        Assert.Equal("rate-limited", refused.Code);
        Assert.Contains("\"checkout\";r=0", refused.Headers["RateLimit"], StringComparison.Ordinal);
        Assert.Contains("\"checkout\";q=4;w=4", refused.Headers["RateLimit-Policy"], StringComparison.Ordinal);
        Assert.Equal("1", refused.Headers["Retry-After"]);
        Assert.Equal(200, (await api.Send(HttpMethod.Get, "/v1/products", token: token)).Status);
    }

    private void Script()
    {
        api.Grains.On<ICatalogGrain>((_, _, _) => Task.FromResult(new Page<ProductView>([], null)));
        api.Grains.On<ICartGrain>((key, method, _) => method == nameof(ICartGrain.Get)
            ? Task.FromResult<CartView?>(Cart((string)key))
            : Task.FromResult(new Reply<CartView>(Cart((string)key), false)));
        api.Grains.On<ICheckoutGrain>((key, method, _) => method == nameof(ICheckoutGrain.Get)
            ? Task.FromResult<CheckoutView?>(Checkout((string)key))
            : Task.FromResult(new Reply<CheckoutView>(Checkout((string)key), false)));
        api.Grains.On<IOrderGrain>((_, _, _) => Task.FromResult<OrderView?>(new OrderView { Id = OrderId, Version = 1 }));
        api.Grains.On<IStockList>((_, _, _) => Task.FromResult<StockView?>(new StockView { Sku = "A" }));
    }

    /// <summary>How a request of each kind is answered, the least urgent first.</summary>
    private async Task<string> Statuses(string key) => string.Join(
        ", ",
        (await api.Send(HttpMethod.Get, "/v1/products")).Status,
        (await api.Send(HttpMethod.Post, "/v1/carts", """{"channel":"eu"}""")).Status,
        (await api.Send(HttpMethod.Get, "/v1/carts/" + CartId, token: ApiHost.Guest)).Status,
        (await Buy(key, token: CustomerJwt.For("buyer-" + key))).Status);

    private Task<Answered> Buy(string key, string body = Purchase, string? token = null) =>
        api.Send(HttpMethod.Post, "/v1/checkouts", body, token ?? ApiHost.Guest, ("Idempotency-Key", key));

    private static CartView Cart(string id) => new() { Id = id, Quote = new Quote { Currency = "EUR" } };

    private static CheckoutView Checkout(string id) => new() { Id = id, Version = 2, Status = CheckoutStatus.Completed, CartId = CartId, Quote = new Quote { Currency = "EUR" } };

    /// <summary>Requests that are let in and stay until they are sent away: they wait for the ways of shipping their carts.</summary>
    private sealed class Crowd(ApiHost api) : IAsyncDisposable
    {
        private readonly List<Task<Answered>> waiting = [];
        private readonly TaskCompletionSource sentAway = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int inside;

        public async Task Fill(int count)
        {
            api.Grains.On<ICartGrain>((key, method, _) => method switch
            {
                nameof(ICartGrain.ShippingMethods) => Wait(),
                nameof(ICartGrain.Get) => Task.FromResult<CartView?>(Cart((string)key)),
                _ => Task.FromResult(new Reply<CartView>(Cart((string)key), false)),
            });
            while (waiting.Count < count)
            {
                waiting.Add(api.Send(HttpMethod.Get, $"/v1/carts/{CartId}/shipping-methods", token: ApiHost.Guest));
            }

            while (Volatile.Read(ref inside) < count)
            {
                await Task.Delay(5);
            }
        }

        public async Task Empty()
        {
            sentAway.TrySetResult();
            await Task.WhenAll(waiting);
        }

        public async ValueTask DisposeAsync() => await Empty();

        private async Task<ImmutableArray<ShippingMethodView>> Wait()
        {
            Interlocked.Increment(ref inside);
            await sentAway.Task;
            return [];
        }
    }
}
