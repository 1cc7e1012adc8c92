using Commerce.Payments;
using Commerce.Sandbox;
using Commerce.Tests.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Payments;

/// <summary>The real Adyen adapter, composed as in production, before the real sandbox.</summary>
public sealed class AdyenShop : IAsyncDisposable
{
    public const string OldHmacKey = "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF";

    private readonly ServiceProvider services;

    private AdyenShop(SandboxServer vendor, TimeProvider time, Action<AdyenOptions>? configure)
    {
        Vendor = vendor;
        Time = time;
        services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddSingleton(time)
            .AddLogging()
            .AddAdyen(options =>
            {
                options.ApiKey = "adyen_test_1";
                options.MerchantAccount = "SandboxECOM";
                options.HmacKey = $"{OldHmacKey},{SandboxOptions.DefaultAdyenHmacKey}";
                options.ReportUser = "report@Company.Sandbox";
                options.ReportPassword = "secret";
                options.ResolveBaseUrl = () => new Uri(vendor.Address, "/sandbox/adyen");
                options.RetryDelay = TimeSpan.FromMilliseconds(10);
                configure?.Invoke(options);
            })
            .BuildServiceProvider();
        Provider = services.GetRequiredService<IPaymentProvider>();
    }

    public SandboxServer Vendor { get; }

    public TimeProvider Time { get; }

    public IPaymentProvider Provider { get; }

    public static async Task<AdyenShop> Open(Action<AdyenOptions>? configure = null, TimeProvider? time = null, SandboxServer? vendor = null) =>
        new(vendor ?? await SandboxServer.Start(time: time), time ?? TimeProvider.System, configure);

    public AuthorisationRequest Request(string method = "test_APPROVED", string key = "pay_1:authorise:1", long amount = 1299, string currency = "EUR") =>
        new("pay_1", "chk_1", "ord_1", new Money(amount, currency), method, "https://shop.example/back", key, Time.GetUtcNow());

    public MovementRequest Movement(string reference, string key, long amount) =>
        new("pay_1", reference, new Money(amount, "EUR"), key, Time.GetUtcNow());

    public Task<Outcome<Authorisation>> Authorise(string method = "test_APPROVED", string key = "pay_1:authorise:1") =>
        Provider.Authorise(Request(method, key), CancellationToken.None);

    public async Task<string> Authorised(string key = "pay_1:authorise:1", string method = "test_APPROVED") =>
        Assert.IsType<Outcome<Authorisation>.Ok>(await Authorise(method, key)).Value.Reference;

    public async Task<string> Captured(string method = "test_APPROVED")
    {
        var reference = await Authorised(method: method);
        Assert.IsType<Outcome<Movement>.Ok>(await Provider.Capture(Movement(reference, "pay_1:capture:1", 1299), CancellationToken.None));
        return reference;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await Vendor.DisposeAsync();
    }
}
