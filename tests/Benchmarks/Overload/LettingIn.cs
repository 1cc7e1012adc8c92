using System.Diagnostics.Metrics;
using System.Net;
using BenchmarkDotNet.Attributes;
using Commerce.Overload;
using Commerce.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Commerce.Benchmarks.Overload;

/// <summary>What it costs each request to be let in, to be turned away, and to be counted against its caller's rate. The aim is a microsecond, and nothing allocated for who is let in.</summary>
[MemoryDiagnoser]
public class LettingIn
{
    private static readonly RequestDelegate Served = static _ => Task.CompletedTask;

    private readonly CallerBuckets buckets = new();
    private readonly Pace pace = Pace.PerSecond(1_000_000, 1_000_000);
    private readonly IPAddress address = IPAddress.Parse("192.0.2.1");
    private readonly DefaultHttpContext cart = Request(Urgency.Cart), checkout = Request(Urgency.Checkout), order = Request(Urgency.Essential);
    private FrontDoor open = null!, full = null!;
    private long ticks;

    [GlobalSetup]
    public void Setup()
    {
        (open, full) = (Door(new AdmissionOptions()), Door(new AdmissionOptions { Minimum = 1, Maximum = 1, Start = 1, Browsing = 0, Opening = 0, Cart = 0, Checkout = 0 }));
        checkout.Request.Headers["Idempotency-Key"] = "5f0b7a0e-6d1f-4e37-9a52-8a9e4c1f0d11";
        checkout.Request.Headers.Authorization = "Bearer cgt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    }

    [Benchmark(Baseline = true)]
    public Task Essential() => open.Invoke(order, Served);

    [Benchmark]
    public Task Let_in() => open.Invoke(cart, Served);

    [Benchmark]
    public Task Turned_away()
    {
        cart.Response.Headers.Clear();
        return full.Invoke(cart, Served);
    }

    [Benchmark]
    public Task Turned_away_from_checkout()
    {
        checkout.Response.Headers.Clear();
        return full.Invoke(checkout, Served);
    }

    [Benchmark]
    public bool Rate_of_an_address() => buckets.Take(CallerBuckets.NameOf(address), pace, TimeSpan.FromTicks(ticks += 100)).Admitted;

    private static FrontDoor Door(AdmissionOptions options)
    {
        var meters = new OverloadMeters(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        return new FrontDoor(new Fixed(options), meters, new ProcessStrain(meters, TimeProvider.System), TimeProvider.System);
    }

    private static DefaultHttpContext Request(Urgency urgency)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = "POST";
        http.SetEndpoint(new Endpoint(Served, new EndpointMetadataCollection(new Urgent(urgency)), "an endpoint"));
        return http;
    }

    private sealed class Fixed(AdmissionOptions options) : IOptionsMonitor<AdmissionOptions>
    {
        public AdmissionOptions CurrentValue => options;

        public AdmissionOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<AdmissionOptions, string?> listener) => null;
    }
}
