using System.Net;
using Commerce.Vendors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Tests.Resilience;

public sealed class PretendOptions : VendorOptions;

/// <summary>HTTP failures and nothing else.</summary>
public sealed class PretendFailures : VendorFailures
{
    public override bool IsAnswer(Exception failure) => failure is VendorAnswerException { Status: < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests };

    public override bool IsTurnedAway(Exception failure) => failure is VendorAnswerException { Status: HttpStatusCode.TooManyRequests };

    protected override bool IsBreakdown(Exception failure) => failure is VendorAnswerException { Status: >= HttpStatusCode.InternalServerError };

    protected override TimeSpan? Said(Exception failure) => (failure as VendorAnswerException)?.RetryAfter;
}

/// <summary>Two pretend vendors in one process, <c>north</c> and <c>south</c>, each with the operations <c>pay</c> and <c>find</c>, and a configuration that can change.</summary>
public sealed class TwoVendors : IAsyncDisposable
{
    private readonly IConfigurationRoot configuration;
    private readonly ServiceProvider services;
    private readonly CancellationTokenSource closing = new();
    private readonly List<Task> hanging = [];

    public TwoVendors(string environment = "Development", params (string Key, string Value)[] settings)
    {
        configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();
        services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton<IHostEnvironment>(new Environment(environment))
            .AddLogging()
            .AddVendor<PretendOptions>("north", new PretendFailures(), ["pay", "find"], "north", "North")
            .AddVendor<PretendOptions>("south", new PretendFailures(), ["pay", "find"], "south", "South")
            .BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>How often a vendor was really called.</summary>
    public int Attempts { get; private set; }

    /// <summary>As a host does before it takes the first request.</summary>
    public void Start() => services.GetRequiredService<IStartupValidator>().Validate();

    public void Change(string key, string? value)
    {
        configuration[key] = value;
        configuration.Reload();
    }

    /// <summary>A call that ends as told: with an exception, or well.</summary>
    public Task<VendorReply<string>> Call(string vendor, string operation = "pay", Exception? failure = null) => Calls(vendor).Make(
        operation,
        failure,
        (failure, _) =>
        {
            Attempts++;
            return failure is null ? Task.FromResult("done") : Task.FromException<string>(failure);
        },
        CancellationToken.None);

    /// <summary>A call that the vendor does not answer until <paramref name="answer"/> is done. Comes back when it is under way.</summary>
    public async Task<Task<VendorReply<string>>> Hang(string vendor, string operation = "pay", Task<string>? answer = null)
    {
        var begun = new TaskCompletionSource();
        var call = Calls(vendor).Make(
            operation,
            answer ?? new TaskCompletionSource<string>().Task,
            (pending, cancellation) =>
            {
                Attempts++;
                begun.TrySetResult();
                return pending.WaitAsync(cancellation);
            },
            closing.Token);
        hanging.Add(call);
        if (await Task.WhenAny(begun.Task, call) == call)
        {
            throw new InvalidOperationException("The call ended before it was under way.", (await call).Failure);
        }

        return call;
    }

    public static VendorAnswerException Answer(int status, TimeSpan? retryAfter = null) => new("north", (HttpStatusCode)status, "", retryAfter);

    /// <summary>Ends what hangs first: pipelines wait for what is under way, by a clock that stands still here.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await Task.WhenAll(hanging);
        await services.DisposeAsync();
        closing.Dispose();
    }

    private VendorCalls Calls(string vendor) => services.GetRequiredKeyedService<VendorCalls>(vendor);

    private sealed class Environment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;
        public string ApplicationName { get; set; } = "tests";
        public string ContentRootPath { get; set; } = "";
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
