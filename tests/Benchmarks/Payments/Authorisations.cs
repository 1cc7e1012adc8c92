using BenchmarkDotNet.Attributes;
using Commerce.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Stripe;

namespace Commerce.Benchmarks.Payments;

/// <summary>
/// One authorisation against a server that answers at once, in the same process: by a bare POST, by Stripe.net, and by the adapter, which is Stripe.net through the vendor's pipeline.
/// The pipeline is the difference between the last two; the aim is 60 µs and 6 KB.
/// </summary>
[MemoryDiagnoser, InProcess]
public class Authorisations
{
    private static readonly byte[] Answer = """
        {"id":"pi_1","object":"payment_intent","amount":1299,"amount_capturable":1299,"amount_received":0,"capture_method":"manual","created":1772366400,"currency":"eur",
         "latest_charge":{"id":"ch_1","object":"charge","amount":1299,"amount_captured":0,"amount_refunded":0,"captured":false,"currency":"eur","paid":true,"status":"succeeded"},
         "metadata":{"payment_id":"pay_1","checkout_id":"chk_1","order_id":"ord_1"},"status":"requires_capture"}
        """u8.ToArray();

    private readonly AuthorisationRequest request =
        new("pay_1", "chk_1", "ord_1", new Money(1299, "EUR"), "pm_card_visa", "https://shop.example/back", "chk_1:authorise:1", TimeProvider.System.GetUtcNow());

    private WebApplication vendor = null!;
    private ServiceProvider services = null!;
    private IPaymentProvider provider = null!;
    private HttpClient http = null!;
    private StripeClient stripe = null!;

    [GlobalSetup]
    public async Task Open()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        vendor = builder.Build();
        vendor.Run(Take);
        await vendor.StartAsync();

        var address = vendor.Urls.Single();
        services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddLogging()
            .AddStripe(options => (options.ApiKey, options.BaseUrl, options.RequestsPerSecond) = ("sk_test_1", address, 1_000_000))
            .BuildServiceProvider();
        provider = services.GetRequiredService<IPaymentProvider>();
        http = new HttpClient { BaseAddress = new Uri(address) };
        stripe = new StripeClient("sk_test_1", httpClient: new SystemNetHttpClient(new HttpClient(), maxNetworkRetries: 0, enableTelemetry: false), apiBase: address);
    }

    [GlobalCleanup]
    public async Task Close()
    {
        http.Dispose();
        await services.DisposeAsync();
        await vendor.DisposeAsync();
    }

    [Benchmark]
    public async Task<int> A_bare_post()
    {
        using var form = new FormUrlEncodedContent(
        [
            new("amount", "1299"), new("currency", "EUR"), new("capture_method", "manual"), new("confirm", "true"), new("payment_method", "pm_card_visa"),
            new("return_url", request.ReturnUrl), new("metadata[payment_id]", "pay_1"), new("metadata[checkout_id]", "chk_1"), new("metadata[order_id]", "ord_1"),
            new("metadata[commerce_key]", request.Key), new("expand[0]", "latest_charge"),
        ]);
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/payment_intents") { Content = form };
        message.Headers.Add("Idempotency-Key", request.Key);
        using var response = await http.SendAsync(message);
        return (await response.Content.ReadAsByteArrayAsync()).Length;
    }

    /// <summary>What the adapter asks, without the adapter.</summary>
    [Benchmark(Baseline = true)]
    public Task<PaymentIntent> Stripe_net_alone() => stripe.V1.PaymentIntents.CreateAsync(
        new PaymentIntentCreateOptions
        {
            Amount = 1299,
            Currency = "EUR",
            CaptureMethod = "manual",
            Confirm = true,
            AutomaticPaymentMethods = new() { Enabled = true, AllowRedirects = "never" },
            PaymentMethod = "pm_card_visa",
            ReturnUrl = request.ReturnUrl,
            Metadata = new(4) { ["payment_id"] = "pay_1", ["checkout_id"] = "chk_1", ["order_id"] = "ord_1", ["commerce_key"] = request.Key },
            Expand = ["latest_charge"],
        },
        new RequestOptions { IdempotencyKey = request.Key });

    [Benchmark]
    public Task<Outcome<Authorisation>> The_adapter_through_its_pipeline() => provider.Authorise(request, CancellationToken.None);

    private static async Task Take(HttpContext http)
    {
        await http.Request.Body.CopyToAsync(Stream.Null);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = Answer.Length;
        await http.Response.Body.WriteAsync(Answer);
    }
}
