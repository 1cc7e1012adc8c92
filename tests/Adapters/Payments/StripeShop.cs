using Commerce.Payments;
using Commerce.Tests.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Payments;

/// <summary>The real Stripe adapter, composed as in production, before the real sandbox.</summary>
public sealed class StripeShop : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly bool ownsVendor;

    private StripeShop(SandboxServer vendor, TimeProvider time, Action<StripeOptions>? configure, bool ownsVendor)
    {
        this.ownsVendor = ownsVendor;
        Vendor = vendor;
        Time = time;
        services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddSingleton(time)
            .AddLogging()
            .AddStripe(options =>
            {
                options.ApiKey = "sk_test_1";
                options.WebhookSecret = "whsec_old,whsec_sandbox";
                options.ResolveBaseUrl = () => vendor.StripeUrl;
                options.RetryDelay = TimeSpan.FromMilliseconds(10);
                configure?.Invoke(options);
            })
            .BuildServiceProvider();
        Provider = services.GetRequiredService<IPaymentProvider>();
    }

    public SandboxServer Vendor { get; }

    public TimeProvider Time { get; }

    public IPaymentProvider Provider { get; }

    public static async Task<StripeShop> Open(Action<StripeOptions>? configure = null, TimeProvider? time = null, SandboxServer? vendor = null, bool ownsVendor = true) =>
        new(vendor ?? await SandboxServer.Start(time: time), time ?? TimeProvider.System, configure, ownsVendor);

    public AuthorisationRequest Request(string method = "pm_card_visa", string key = "chk_1:authorise:1", long amount = 1299, string currency = "EUR") =>
        new("pay_1", "chk_1", "ord_1", new Money(amount, currency), method, "https://shop.example/back", key, Time.GetUtcNow());

    public MovementRequest Movement(string reference, string key, long amount, string? reason = null) =>
        new("pay_1", reference, new Money(amount, "EUR"), key, Time.GetUtcNow(), reason);

    public Task<Outcome<Authorisation>> Authorise(string method = "pm_card_visa", string key = "chk_1:authorise:1") =>
        Provider.Authorise(Request(method, key), CancellationToken.None);

    public async Task<string> Authorised(string key = "chk_1:authorise:1") =>
        Assert.IsType<Outcome<Authorisation>.Ok>(await Authorise(key: key)).Value.Reference;

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (ownsVendor)
        {
            await Vendor.DisposeAsync();
        }
    }
}
