using System.Collections.Concurrent;
using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Payments;
using Commerce.Pricing;
using Xunit;

namespace Commerce.Tests.Unit.Api;

public sealed class CheckoutHttpTests(ApiHost api) : IClassFixture<ApiHost>
{
    private const string CartId = "cart_00000000000000000000000000";
    private const string Cart = $$$"""{"cartId":"{{{CartId}}}","payment":{"method":"pm_card_visa"}}""";
    private const string Express = """
        {"channel":"eu","lines":[{"sku":"A","quantity":2}],"contact":{"email":"a@example.com"},"shippingMethod":"standard","payment":{"method":"pm_card_visa"},
         "destination":{"name":"A","line1":"B 1","city":"C","postalCode":"10115","country":"DE"}}
        """;

    [Theory]
    [InlineData(CheckoutStatus.Completed, 201, "confirmed", "completed")]
    [InlineData(CheckoutStatus.RequiresAction, 201, "requires_action", "requires_action")]
    [InlineData(CheckoutStatus.Failed, 201, "failed", "failed")]
    [InlineData(CheckoutStatus.Expired, 201, "failed", "expired")]
    [InlineData(CheckoutStatus.Authorizing, 202, "pending", "authorizing")]
    [InlineData(CheckoutStatus.Compensating, 202, "pending", "compensating")]
    public async Task A_checkout_is_told_in_four_words(CheckoutStatus reached, int status, string word, string stage)
    {
        api.Grains.On<ICheckoutGrain>((key, _, _) => Task.FromResult(new Reply<CheckoutView>(View((string)key, reached), false)));
        api.Grains.On<IPaymentGrain>((_, _, _) => Task.FromResult<PaymentAction?>(new PaymentAction("sdk", "") { Payload = "secret" }));

        var answer = await api.Send(HttpMethod.Post, "/v1/checkouts", Cart, ApiHost.Guest, ("Idempotency-Key", "k"));

        Assert.Equal((status, word, stage), (answer.Status, answer.Json.GetProperty("status").GetString(), answer.Json.GetProperty("stage").GetString()));
        Assert.Equal("/v1/checkouts/" + answer.Json.GetProperty("id").GetString(), answer.Headers["Location"]);
    }

    [Theory]
    [InlineData("""{"details":{"redirectResult":"eyJ0cmFuc1N0YXR1cyI6IlkifQ","MD":"x"}}""", 200, null)]
    [InlineData("", 200, null)]
    [InlineData("""{"details":{"a":"1","b":"1","c":"1","d":"1","e":"1","f":"1","g":"1","h":"1","i":"1","j":"1","k":"1"}}""", 422, "too-long")]
    [InlineData("""{"details":{"payload":"4242424242424242"}}""", 422, "account-data-refused")]
    [InlineData("""{"details":{"cvc":"123"}}""", 422, "account-data-refused")]
    [InlineData("""{"details":{"a":{"b":1}}}""", 422, "invalid-value")]
    [InlineData("""{"details":"x"}""", 422, "invalid-value")]
    public async Task What_the_shopper_brings_back_is_handed_on_as_it_is(string body, int status, string? code)
    {
        ImmutableDictionary<string, string>? details = null;
        api.Grains.On<ICheckoutGrain>((key, method, arguments) =>
        {
            details = method is nameof(ICheckoutGrain.ConfirmWith) ? (ImmutableDictionary<string, string>)arguments[1]! : null;
            return Task.FromResult(new Reply<CheckoutView>(View((string)key, CheckoutStatus.Completed), false));
        });

        var answer = await api.Send(HttpMethod.Post, $"/v1/checkouts/{Identity.New(Identity.Checkout)}/confirm", body.Length == 0 ? null : body, ApiHost.Guest);

        Assert.Equal(status, answer.Status);
        Assert.Equal(code, code is null ? null : answer.Json.GetProperty("code").GetString());
        Assert.Equal(code is null && body.Length > 0 ? ["MD", "redirectResult"] : [], details?.Keys.Order() ?? Enumerable.Empty<string>());
    }

    [Fact]
    public async Task The_same_key_of_the_same_caller_is_the_same_checkout()
    {
        var started = new ConcurrentQueue<(string Id, Request Request, StartCheckout Command)>();
        api.Grains.On<ICheckoutGrain>((key, _, arguments) =>
        {
            started.Enqueue(((string)key, (Request)arguments[0]!, (StartCheckout)arguments[1]!));
            return Task.FromResult(new Reply<CheckoutView>(View((string)key, CheckoutStatus.Completed), started.Count > 1));
        });

        await api.Send(HttpMethod.Post, "/v1/checkouts", Cart, ApiHost.Guest, ("Idempotency-Key", "k"));
        var again = await api.Send(HttpMethod.Post, "/v1/checkouts", Cart, ApiHost.Guest, ("Idempotency-Key", "\"k\""));
        await api.Send(HttpMethod.Post, "/v1/checkouts", Cart, CustomerJwt.For("anna"), ("Idempotency-Key", "k"));

        var calls = started.ToArray();
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.Equal(calls[0].Id, calls[1].Id);
        Assert.Equal(calls[0].Request, calls[1].Request);
        Assert.NotEqual(calls[0].Id, calls[2].Id);
        Assert.Equal(new StartCheckout(CartId, null, null, "pm_card_visa", null), calls[0].Command);
        Assert.Equal(("k", Owners.Guest(ApiHost.Guest)), (calls[0].Request.Key, calls[0].Request.Owner));
    }

    [Fact]
    public async Task An_express_checkout_fills_one_cart_however_often_it_is_repeated()
    {
        var steps = new ConcurrentQueue<string>();
        var begun = false;
        api.Grains.On<ICartGrain>((_, method, arguments) =>
        {
            steps.Enqueue($"{method} {((Request)arguments[0]!).Key}");
            return Task.CompletedTask;
        });
        api.Grains.On<ICheckoutGrain>((key, method, arguments) =>
        {
            if (method == nameof(ICheckoutGrain.HasBegun))
            {
                return Task.FromResult(begun);
            }

            begun = true;
            return Task.FromResult(new Reply<CheckoutView>(View((string)key, CheckoutStatus.Completed) with { CartId = ((StartCheckout)arguments[1]!).CartId }, false));
        });

        var first = await api.Send(HttpMethod.Post, "/v1/checkouts", Express, null, ("Idempotency-Key", "k"));
        var again = await api.Send(HttpMethod.Post, "/v1/checkouts", Express, null, ("Idempotency-Key", "k"));

        Assert.Equal(["Fill k"], steps);
        Assert.Equal(first.Text, again.Text);
        Assert.StartsWith("cgt_", first.Json.GetProperty("token").GetString(), StringComparison.Ordinal);
        Assert.True(Identity.Is(first.Json.GetProperty("cartId").GetString(), Identity.Cart));
    }

    [Theory]
    [InlineData("sold-out", false, null)]
    [InlineData("goods-held", true, "5")]
    public async Task An_express_checkout_of_what_is_not_to_be_had_is_refused_before_a_cart_is_filled(string code, bool again, string? retryAfter)
    {
        api.Grains.On<ICheckoutGrain>((_, _, _) => Task.FromException<bool>(new CommerceException(again ? CheckoutErrors.GoodsHeld("A", 0, 3) : CheckoutErrors.SoldOut("A", 0))));
        api.Grains.On<ICartGrain>((_, _, _) => throw new InvalidOperationException("No cart is filled."));

        var refused = await api.Send(HttpMethod.Post, "/v1/checkouts", Express, ApiHost.Guest, ("Idempotency-Key", "k"));

        Assert.Equal((409, code, again), (refused.Status, refused.Code, refused.Json.GetProperty("retryable").GetBoolean()));
        Assert.Equal("/lines/0/sku", refused.Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.Equal(retryAfter, refused.Headers.GetValueOrDefault("Retry-After"));
    }

    [Fact]
    public async Task A_cart_is_bought_by_nobody_without_a_token() =>
        Assert.Equal(401, (await api.Send(HttpMethod.Post, "/v1/checkouts", Cart, null, ("Idempotency-Key", "k"))).Status);

    private static CheckoutView View(string id, CheckoutStatus status) => new() { Id = id, Version = 2, Status = status, CartId = CartId, Quote = new Quote { Currency = "EUR" } };
}
