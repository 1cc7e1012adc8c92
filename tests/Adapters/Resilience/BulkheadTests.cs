using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Commerce.Payments;
using Commerce.Tests.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Resilience;

/// <summary>A vendor that hangs takes nothing from another: neither its threads nor its places nor its queue.</summary>
public sealed class BulkheadTests
{
    private const int Pairs = 5, Buyers = 8, Stuck = 256;

    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(350);

    /// <remarks>Noise of the machine only lowers a pair's ratio; what is shared would lower every one.</remarks>
    [Fact]
    public async Task While_one_vendor_hangs_the_other_keeps_its_throughput()
    {
        using var silence = new TcpListener(IPAddress.Loopback, 0);
        silence.Start(backlog: 1024); // connections are made, and never answered
        await using var vendor = await SandboxServer.Start();
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddLogging()
            .AddStripe(options =>
            {
                options.ApiKey = "sk_test_1";
                options.BaseUrl = vendor.StripeUrl.AbsoluteUri;
            })
            .AddStripe("hanging", "Commerce:Hanging", options =>
            {
                options.ApiKey = "sk_test_2";
                options.BaseUrl = $"http://{silence.LocalEndpoint}";
                (options.TotalTimeout, options.AttemptTimeout) = (TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(25));
                (options.Concurrency, options.ConcurrencyQueue) = (64, Stuck - 64);
            })
            .BuildServiceProvider();
        var providers = services.GetServices<IPaymentProvider>().ToDictionary(provider => provider.Name);
        var (healthy, hanging) = (providers["stripe"], providers["hanging"]);
        await Authorisations(healthy, Window); // warm

        var best = 0m;
        for (var pair = 0; pair < Pairs && best < 0.95m; pair++)
        {
            var alone = await Authorisations(healthy, Window);
            using var left = new CancellationTokenSource();
            var stuck = Enumerable.Range(0, Stuck).Select(at => hanging.Authorise(Request($"stuck:{pair}:{at}"), left.Token)).ToArray();

            // Its places and its queue are taken: one more is turned away at once.
            Assert.IsType<Outcome<Authorisation>.Unavailable>(await hanging.Authorise(Request("more"), CancellationToken.None));
            var beside = await Authorisations(healthy, Window);
            Assert.All(stuck, call => Assert.False(call.IsCompleted));

            await left.CancelAsync();
            await Task.WhenAll(stuck);
            best = Math.Max(best, (decimal)beside / alone);
        }

        Assert.True(best >= 0.95m, $"Beside a vendor that hangs, {best:P0} of the throughput is left.");
    }

    /// <summary>How many are done in that time.</summary>
    private static async Task<int> Authorisations(IPaymentProvider provider, TimeSpan window)
    {
        var (began, done) = (Stopwatch.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, Buyers).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(began) < window)
            {
                Assert.IsType<Outcome<Authorisation>.Ok>(await provider.Authorise(Request(Guid.NewGuid().ToString("n")), CancellationToken.None));
                Interlocked.Increment(ref done);
            }
        }));
        return done;
    }

    private static AuthorisationRequest Request(string key) =>
        new("pay_1", "chk_1", "ord_1", new Money(1299, "EUR"), "pm_card_visa", "https://shop.example/back", key, TimeProvider.System.GetUtcNow());
}
