using System.Collections.Concurrent;
using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Inventory;
using Commerce.Orders;
using Commerce.Payments;
using Commerce.Pricing;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Storage;
using Xunit;

namespace Commerce.Tests.Unit.Api;

/// <summary>What a request does that meets a lost silo. <see cref="ApiHost"/> repeats for two seconds.</summary>
public sealed class RepetitionTests(ApiHost api) : IClassFixture<ApiHost>
{
    private const string CartId = "cart_00000000000000000000000000", CheckoutId = "chk_00000000000000000000000000", OrderId = "ord_00000000000000000000000000";
    private const string Line = """{"sku":"A","quantity":2}""", NewCart = """{"channel":"eu"}""", Purchase = $$$"""{"cartId":"{{{CartId}}}","payment":{"method":"pm_card_visa"}}""";

    [Theory]
    [InlineData("POST", "/lines", Line)]
    [InlineData("PATCH", "/lines/line_1", """{"quantity":3}""")]
    [InlineData("DELETE", "/lines/line_1", null)]
    [InlineData("POST", "/coupons", """{"code":"WELCOME10"}""")]
    public async Task A_change_without_a_key_is_repeated_under_one_key_of_its_own_and_does_not_look_replayed(string method, string path, string? body)
    {
        var asked = Cart(losing: 2);

        var answer = await api.Send(new HttpMethod(method), "/v1/carts/" + CartId + path, body, ApiHost.Guest);

        Assert.Equal(200, answer.Status);
        Assert.False(answer.Headers.ContainsKey("Idempotency-Replayed"));
        Assert.Equal(3, asked.Count);
        Assert.NotNull(Assert.Single(asked.Select(call => call.Request).Distinct()).Key);
        Assert.Single(asked.Select(call => call.Argument).Distinct());
    }

    [Fact]
    public async Task Two_requests_without_a_key_are_two()
    {
        var asked = Cart(losing: 0);

        await api.Send(HttpMethod.Post, $"/v1/carts/{CartId}/lines", Line, ApiHost.Guest);
        await api.Send(HttpMethod.Post, $"/v1/carts/{CartId}/lines", Line, ApiHost.Guest);

        Assert.Equal(2, asked.Select(call => call.Request.Key).Distinct().Count());
    }

    [Fact]
    public async Task A_put_needs_no_key_unless_it_is_bound_to_a_version()
    {
        var asked = Cart(losing: 1);

        await api.Send(HttpMethod.Put, $"/v1/carts/{CartId}/shipping-method", """{"id":"standard"}""", ApiHost.Guest);
        Assert.Equal(2, asked.Count);
        Assert.All(asked, call => Assert.Null(call.Request.Key));

        asked = Cart(losing: 1);
        await api.Send(HttpMethod.Put, $"/v1/carts/{CartId}/shipping-method", """{"id":"standard"}""", ApiHost.Guest, ("If-Match", "\"3\""));
        Assert.Equal(2, asked.Count);
        Assert.NotNull(Assert.Single(asked.Select(call => call.Request).Distinct()).Key);
    }

    [Fact]
    public async Task A_callers_own_key_is_the_key_of_every_attempt()
    {
        var asked = Cart(losing: 2);

        await api.Send(HttpMethod.Post, $"/v1/carts/{CartId}/lines", Line, ApiHost.Guest, ("Idempotency-Key", "k"));

        Assert.Equal(("k", 3), (Assert.Single(asked.Select(call => call.Request).Distinct()).Key, asked.Count));
        Assert.All(asked, call => Assert.NotNull(call.Request.Fingerprint));
    }

    [Fact]
    public async Task A_new_cart_has_one_id_and_one_owner_however_often_it_is_asked_for()
    {
        var asked = Cart(losing: 3);

        var answer = await api.Send(HttpMethod.Post, "/v1/carts", NewCart);

        Assert.Equal(201, answer.Status);
        Assert.Equal(4, asked.Count);
        Assert.Equal(answer.Json.GetProperty("id").GetString(), Assert.Single(asked.Select(call => call.Key).Distinct()));
        var created = Assert.Single(asked.Select(call => (CreateCart)call.Argument!).Select(command => command.Owner).Distinct());
        Assert.Equal(Owners.Guest(answer.Json.GetProperty("token").GetString()!), created);
        Assert.False(answer.Headers.ContainsKey("Idempotency-Replayed"));
    }

    [Theory]
    [InlineData(typeof(ConnectionFailedException))]
    [InlineData(typeof(SiloUnavailableException))]
    [InlineData(typeof(OrleansException))]
    [InlineData(typeof(TimeoutException))]
    [InlineData(typeof(InconsistentStateException))]
    public async Task A_read_is_repeated_whatever_it_lost(Type lost)
    {
        var calls = 0;
        api.Grains.On<IStockList>((_, _, _) => Interlocked.Increment(ref calls) <= 2
            ? throw (Exception)Activator.CreateInstance(lost, nonPublic: true)!
            : Task.FromResult<StockView?>(new StockView { Sku = "A" }));

        Assert.Equal((200, 3), ((await api.Send(HttpMethod.Get, "/v1/admin/stock/A", token: ApiHost.AdminKey)).Status, calls));
    }

    [Fact]
    public async Task A_cluster_that_stays_away_is_given_up_with_the_time_to_come_back()
    {
        var calls = 0;
        api.Grains.On<IStockList>((_, _, _) =>
        {
            Interlocked.Increment(ref calls);
            throw new SiloUnavailableException();
        });

        var answer = await api.Send(HttpMethod.Get, "/v1/admin/stock/A", token: ApiHost.AdminKey);

        Assert.Equal((503, "temporarily-unavailable", "1"), (answer.Status, answer.Code, answer.Headers["Retry-After"]));
        Assert.InRange(calls, 3, 50);
    }

    [Fact]
    public async Task A_refusal_is_not_repeated()
    {
        var calls = 0;
        api.Grains.On<ICartGrain>((_, _, _) =>
        {
            Interlocked.Increment(ref calls);
            throw new CommerceException(CartErrors.InvalidQuantity("/quantity"));
        });

        Assert.Equal(422, (await api.Send(HttpMethod.Post, $"/v1/carts/{CartId}/lines", Line, ApiHost.Guest)).Status);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_silo_that_says_when_to_come_back_is_not_asked_before()
    {
        var calls = new ConcurrentQueue<long>();
        api.Grains.On<ICartGrain>((key, _, _) =>
        {
            calls.Enqueue(TimeProvider.System.GetTimestamp());
            return calls.Count == 1
                ? throw new CommerceException(CommonErrors.Unavailable("Storing takes long.", TimeSpan.FromMilliseconds(400)))
                : Task.FromResult(new Reply<CartView>(View((string)key), true));
        });

        Assert.Equal(200, (await api.Send(HttpMethod.Post, $"/v1/carts/{CartId}/lines", Line, ApiHost.Guest)).Status);
        Assert.InRange(TimeProvider.System.GetElapsedTime(calls.First(), calls.Last()), TimeSpan.FromMilliseconds(390), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_wait_that_a_vendor_asked_for_is_the_callers()
    {
        var calls = 0;
        api.Grains.On<IOrderGrain>((_, _, _) =>
        {
            Interlocked.Increment(ref calls);
            throw new CommerceException(PaymentErrors.InDoubt(TimeSpan.FromSeconds(5)));
        });

        var answer = await api.Send(HttpMethod.Post, $"/v1/admin/orders/{OrderId}/captures", "{}", ApiHost.AdminKey, ("Idempotency-Key", "k"));

        Assert.Equal((503, "payment-in-doubt", "5", 1), (answer.Status, answer.Code, answer.Headers["Retry-After"], calls));
    }

    [Fact]
    public async Task Nothing_is_repeated_for_a_caller_who_has_left()
    {
        var calls = 0;
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        async Task<StockView?> Lost()
        {
            Interlocked.Increment(ref calls);
            met.TrySetResult();
            await left.Task;
            throw new SiloUnavailableException();
        }

        api.Grains.On<IStockList>((_, _, _) => Lost());
        using var caller = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/admin/stock/A") { Headers = { Authorization = new("Bearer", ApiHost.AdminKey) } };
        var asking = api.Http.SendAsync(request, caller.Token);
        await met.Task;

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Task.Delay(200); // the server hears of it
        left.SetResult();
        await Task.Delay(300);

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_checkout_is_watched_in_pieces_under_one_key_and_a_first_answer_does_not_look_replayed()
    {
        var asked = new ConcurrentQueue<(Request Request, TimeSpan Wait)>();
        async Task<Reply<CheckoutView>> Start(Request request, TimeSpan wait)
        {
            asked.Enqueue((request, wait));
            var ends = asked.Count == 3;
            await Task.Delay(ends ? TimeSpan.Zero : wait);
            return new Reply<CheckoutView>(Checkout(ends ? CheckoutStatus.Completed : CheckoutStatus.Authorizing), asked.Count > 1);
        }

        api.Grains.On<ICheckoutGrain>((_, _, arguments) => Start((Request)arguments[0]!, (TimeSpan)arguments[2]!));

        var answer = await api.Send(HttpMethod.Post, "/v1/checkouts", Purchase, ApiHost.Guest, ("Idempotency-Key", "k"));

        Assert.Equal((201, false), (answer.Status, answer.Headers.ContainsKey("Idempotency-Replayed")));
        Assert.Equal(3, asked.Count);
        Assert.Single(asked.Select(call => call.Request).Distinct());
        Assert.All(asked, call => Assert.InRange(call.Wait, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task A_checkout_that_nothing_can_be_waited_for_is_told_at_once_and_a_preferred_wait_is_kept()
    {
        var waits = new ConcurrentQueue<TimeSpan>();
        api.Grains.On<ICheckoutGrain>((_, _, arguments) =>
        {
            waits.Enqueue((TimeSpan)arguments[2]!);
            return Task.FromResult(new Reply<CheckoutView>(Checkout(CheckoutStatus.Authorizing), false));
        });

        Assert.Equal(202, (await api.Send(HttpMethod.Post, "/v1/checkouts", Purchase, ApiHost.Guest, ("Idempotency-Key", "k"))).Status);
        Assert.Equal(202, (await api.Send(HttpMethod.Post, "/v1/checkouts", Purchase, ApiHost.Guest, ("Idempotency-Key", "k"), ("Prefer", "wait=1"))).Status);
        Assert.Equal(202, (await api.Send(HttpMethod.Post, "/v1/checkouts", Purchase, ApiHost.Guest, ("Idempotency-Key", "k"), ("Prefer", "respond-async"))).Status);

        Assert.Equal(3, waits.Count);
        Assert.InRange(waits.ElementAt(1), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, waits.ElementAt(2));
    }

    [Fact]
    public async Task A_silo_that_dies_while_a_checkout_is_watched_costs_a_piece_of_the_wait()
    {
        var asked = new ConcurrentQueue<Request>();
        async Task<Reply<CheckoutView>> Cancel(Request request, TimeSpan wait)
        {
            asked.Enqueue(request);
            switch (asked.Count)
            {
                case 1:
                    await Task.Delay(wait); // the first piece; the cancellation is stored
                    return new Reply<CheckoutView>(Checkout(CheckoutStatus.Authorizing), false);
                case 2:
                    throw new SiloUnavailableException();
                default:
                    return new Reply<CheckoutView>(Checkout(CheckoutStatus.Cancelled), true);
            }
        }

        api.Grains.On<ICheckoutGrain>((_, _, arguments) => Cancel((Request)arguments[0]!, (TimeSpan)arguments[1]!));

        var answer = await api.Send(HttpMethod.Post, $"/v1/checkouts/{CheckoutId}/cancel", null, ApiHost.Guest, ("Idempotency-Key", "k"), ("If-Match", "\"2\""));

        Assert.Equal((200, false), (answer.Status, answer.Headers.ContainsKey("Idempotency-Replayed")));
        Assert.Equal([2L, null, null], asked.Select(request => request.IfMatch));
        Assert.All(asked, request => Assert.Equal("k", request.Key));
    }

    /// <summary>A cart whose first calls are lost after they had their effect.</summary>
    private ConcurrentQueue<(string Key, Request Request, object? Argument)> Cart(int losing)
    {
        var asked = new ConcurrentQueue<(string, Request, object?)>();
        api.Grains.On<ICartGrain>((key, _, arguments) =>
        {
            asked.Enqueue(((string)key, (Request)arguments[0]!, arguments.Length > 1 ? arguments[1] : null));
            return asked.Count <= losing ? throw new SiloUnavailableException() : Task.FromResult(new Reply<CartView>(View((string)key), asked.Count > 1 && losing > 0));
        });
        return asked;
    }

    private static CartView View(string id) => new() { Id = id, Version = 3, Quote = new Quote { Channel = "eu", Currency = "EUR" } };

    private static CheckoutView Checkout(CheckoutStatus status) => new() { Id = CheckoutId, Version = 2, Status = status, CartId = CartId, Quote = new Quote { Currency = "EUR" } };
}
