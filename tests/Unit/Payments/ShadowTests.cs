using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Commerce.Payments;

/// <summary>A second provider beside the first, for what only reads.</summary>
public sealed class ShadowTests : IDisposable
{
    private static readonly Outcome<Authorisation?>.Ok Held = new(new Authorisation("pi_1", AuthorisationState.Authorised, new Money(100, "EUR"), Money.Zero("EUR"), Money.Zero("EUR")));

    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener listener = new();
    private readonly List<string> results = [];
    private readonly SemaphoreSlim counted = new(0);

    public ShadowTests()
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Name == "commerce.provider.shadow.comparisons" && instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>())
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            lock (results)
            {
                results.Add((string)tags.ToArray().Single(tag => tag.Key == "result").Value!);
            }

            counted.Release();
        });
        listener.Start();
    }

    public void Dispose()
    {
        listener.Dispose();
        services.Dispose();
        counted.Dispose();
    }

    [Fact]
    public async Task Both_are_asked_and_the_first_ones_answer_counts()
    {
        var other = new Outcome<Authorisation?>.Ok(null);

        Assert.Same(Held, await Find(() => Task.FromResult<object>(Held), () => Task.FromResult<object>(other)));
        Assert.Equal("different", await Result());
    }

    [Fact]
    public async Task The_same_answer_is_counted_as_such()
    {
        await Find(() => Task.FromResult<object>(Held), () => Task.FromResult<object>(new Outcome<Authorisation?>.Ok(Held.Value! with { })));

        Assert.Equal("same", await Result());
    }

    [Fact]
    public async Task A_shadow_that_hangs_is_not_waited_for()
    {
        var hanging = new TaskCompletionSource<object>();

        Assert.Same(Held, await Find(() => Task.FromResult<object>(Held), () => hanging.Task));

        Assert.Empty(results);
        hanging.SetResult(Held);
        Assert.Equal("same", await Result());
    }

    [Fact]
    public async Task A_shadow_that_breaks_breaks_nobody()
    {
        Assert.Same(Held, await Find(() => Task.FromResult<object>(Held), () => Task.FromException<object>(new InvalidOperationException("broken"))));

        Assert.Equal("failed", await Result());
    }

    [Fact]
    public async Task What_moves_money_is_asked_of_the_first_alone()
    {
        var asked = 0;
        var provider = Shadowed(() => Task.FromResult<object>(new Outcome<Movement>.Rejected("no", "No.")), () =>
        {
            asked++;
            return Task.FromResult<object>(Held);
        });
        var request = new MovementRequest("pay_1", "pi_1", new Money(1, "EUR"), "key", DateTimeOffset.UnixEpoch);

        await provider.Capture(request, CancellationToken.None);
        await provider.Refund(request, CancellationToken.None);
        await provider.Void(request, CancellationToken.None);

        Assert.Equal(0, asked);
        Assert.Empty(results);
    }

    [Fact]
    public void A_shadow_that_nobody_knows_stops_the_start_with_the_names_there_are()
    {
        var options = new PaymentsOptions { Shadows = { ["stripe"] = "strype" } };

        var told = Assert.Throws<InvalidOperationException>(() => new PaymentProviders([Scripted.Of("stripe", () => Task.FromResult<object>(Held))], Options.Create(options), Meters(), NullLogger<ShadowedProvider>.Instance));

        Assert.Contains("'strype'", told.Message, StringComparison.Ordinal);
        Assert.Contains("stripe", told.Message, StringComparison.Ordinal);
    }

    private ShadowMeters Meters() => new(services.GetRequiredService<IMeterFactory>());

    private ShadowedProvider Shadowed(Func<Task<object>> first, Func<Task<object>> shadow) =>
        new ShadowedProvider(Scripted.Of("stripe", first), Scripted.Of("stripe-next", shadow), Meters(), NullLogger<ShadowedProvider>.Instance);

    private Task<Outcome<Authorisation?>> Find(Func<Task<object>> first, Func<Task<object>> shadow) => Shadowed(first, shadow).Find("pay_1", "pi_1", CancellationToken.None);

    private async Task<string> Result()
    {
        Assert.True(await counted.WaitAsync(TimeSpan.FromSeconds(10)));
        lock (results)
        {
            return Assert.Single(results);
        }
    }

    /// <summary>A provider that gives one answer to whatever it is asked.</summary>
    public class Scripted : DispatchProxy
    {
        private string name = "";
        private Func<Task<object>> answer = null!;

        public static IPaymentProvider Of(string name, Func<Task<object>> answer)
        {
            var provider = Create<IPaymentProvider, Scripted>();
            ((Scripted)(object)provider).name = name;
            ((Scripted)(object)provider).answer = answer;
            return provider;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == "get_Name" ? name : typeof(Scripted).GetMethod(nameof(As), BindingFlags.Static | BindingFlags.NonPublic)!
                .MakeGenericMethod(targetMethod.ReturnType.GenericTypeArguments[0]).Invoke(null, [answer]);

        private static async Task<T> As<T>(Func<Task<object>> answer) => (T)await answer();
    }
}
