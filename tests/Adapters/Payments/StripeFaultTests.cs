using System.Net;
using System.Net.Sockets;
using Commerce.Payments;
using Commerce.Tests.Sandbox;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Tests.Payments;

/// <summary>What the adapter makes of a vendor that fails, in every way that the sandbox can.</summary>
public sealed class StripeFaultTests
{
    [Theory]
    [InlineData("drop_before")]
    [InlineData("drop_after")]
    [InlineData("truncate")]
    [InlineData("status")]
    public async Task A_fault_that_passes_is_not_noticed_and_charges_once(string kind)
    {
        await using var shop = await StripeShop.Open();
        await shop.Vendor.Fault(new { operation = "authorise", kind, count = 1 });

        await shop.Authorised();

        Assert.Equal(1, await shop.Vendor.Count("authorise"));
    }

    [Theory]
    [InlineData("drop_before", 0)]
    [InlineData("drop_after", 1)]
    [InlineData("truncate", 1)]
    [InlineData("garbage", 1)]
    [InlineData("status", 0)]
    public async Task A_fault_that_stays_is_in_doubt_and_the_same_key_settles_it_with_one_charge(string kind, int effects)
    {
        await using var shop = await StripeShop.Open();
        await shop.Vendor.Fault(new { operation = "authorise", kind });

        Assert.IsType<Outcome<Authorisation>.InDoubt>(await shop.Authorise());
        Assert.Equal(effects, await shop.Vendor.Count("authorise"));

        await shop.Vendor.Http.DeleteAsync("faults");
        await shop.Authorised();
        Assert.Equal(1, await shop.Vendor.Count("authorise"));
    }

    [Theory]
    [InlineData("html")]
    [InlineData("schema")]
    [InlineData("amount")]
    [InlineData("currency")]
    public async Task A_nonsensical_answer_is_never_trusted(string variant)
    {
        await using var shop = await StripeShop.Open();
        await shop.Vendor.Fault(new { kind = "garbage", variant });

        Assert.IsType<Outcome<Authorisation>.InDoubt>(await shop.Authorise());

        await shop.Vendor.Http.DeleteAsync("faults");
        var reference = await shop.Authorised();
        await shop.Vendor.Fault(new { kind = "garbage", variant });
        Assert.IsType<Outcome<Movement>.InDoubt>(await shop.Provider.Capture(shop.Movement(reference, "c", 1299), CancellationToken.None));
    }

    [Fact]
    public async Task A_slow_vendor_is_given_up_in_time_and_its_work_found_later()
    {
        await using var shop = await StripeShop.Open(options =>
        {
            options.AttemptTimeout = TimeSpan.FromMilliseconds(150);
            options.TotalTimeout = TimeSpan.FromMilliseconds(400);
        });
        await shop.Vendor.Fault(new { operation = "authorise", kind = "slow", delayMs = 700, count = 1 });

        var asked = shop.Time.GetTimestamp();
        Assert.IsType<Outcome<Authorisation>.InDoubt>(await shop.Authorise());
        Assert.InRange(shop.Time.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.FromMilliseconds(650));

        // Each call takes its time: no need to sleep between them.
        Outcome<Authorisation> later;
        do
        {
            later = await shop.Authorise();
        }
        while (later is Outcome<Authorisation>.InDoubt && shop.Time.GetElapsedTime(asked) < TimeSpan.FromSeconds(20));

        Assert.IsType<Outcome<Authorisation>.Ok>(later);
        Assert.Equal(1, await shop.Vendor.Count("authorise"));
    }

    [Fact]
    public async Task A_429_is_waited_out_when_it_is_short()
    {
        await using var shop = await StripeShop.Open();
        await shop.Vendor.Fault(new { operation = "authorise", kind = "status", status = 429, retryAfterSeconds = 1, count = 1 });

        var asked = shop.Time.GetTimestamp();
        await shop.Authorised();

        Assert.InRange(shop.Time.GetElapsedTime(asked), TimeSpan.FromMilliseconds(950), TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task A_long_429_is_handed_on_and_nobody_calls_before_it_is_over()
    {
        await using var shop = await StripeShop.Open();
        await shop.Vendor.Fault(new { operation = "authorise", kind = "status", status = 429, retryAfterSeconds = 7, count = 1 });

        var first = Assert.IsType<Outcome<Authorisation>.Unavailable>(await shop.Authorise());
        Assert.Equal(TimeSpan.FromSeconds(7), first.RetryAfter);

        // The vendor would answer by now; it is not asked.
        var second = Assert.IsType<Outcome<Authorisation>.Unavailable>(await shop.Authorise(key: "chk_2:authorise:1"));
        Assert.InRange(second.RetryAfter, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(7));
        Assert.Empty(await shop.Vendor.Books());
    }

    [Fact]
    public async Task A_vendor_that_is_not_there_is_unavailable_and_not_in_doubt()
    {
        await using var shop = await StripeShop.Open(options => options.BaseUrl = $"http://127.0.0.1:{FreePort()}");

        Assert.IsType<Outcome<Authorisation>.Unavailable>(await shop.Authorise());
    }

    [Fact]
    public async Task A_vendor_whose_address_is_not_known_yet_is_unavailable()
    {
        await using var shop = await StripeShop.Open(options => options.ResolveBaseUrl = () => null);

        Assert.IsType<Outcome<Authorisation>.Unavailable>(await shop.Authorise());
    }

    [Fact]
    public async Task The_breaker_opens_and_spares_the_vendor()
    {
        await using var shop = await StripeShop.Open(options => options.BreakerMinimumThroughput = 4);
        await shop.Vendor.Fault(new { kind = "status", status = 503 });

        var outcomes = new List<Outcome<Authorisation>>();
        for (var i = 0; i < 20; i++)
        {
            outcomes.Add(await shop.Authorise(key: $"chk_{i}:authorise:1"));
        }

        var faults = await shop.Vendor.Http.GetStringAsync("faults");
        Assert.Contains("\"hits\":4,", faults, StringComparison.Ordinal);
        Assert.IsType<Outcome<Authorisation>.InDoubt>(outcomes[0]);
        var turnedAway = Assert.IsType<Outcome<Authorisation>.Unavailable>(outcomes[^1]);
        Assert.InRange(turnedAway.RetryAfter, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_key_that_the_vendor_has_forgotten_makes_no_second_charge()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
        await using var shop = await StripeShop.Open(time: time);
        var request = shop.Request();
        var first = Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Provider.Authorise(request, CancellationToken.None)).Value;
        var capture = shop.Movement(first.Reference, "c", 1000);
        Assert.IsType<Outcome<Movement>.Ok>(await shop.Provider.Capture(capture, CancellationToken.None));
        var refund = shop.Movement(first.Reference, "r", 500);
        var given = Assert.IsType<Outcome<Movement>.Ok>(await shop.Provider.Refund(refund, CancellationToken.None)).Value;

        time.Advance(TimeSpan.FromHours(25));

        Assert.Equal(first.Reference, Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Provider.Authorise(request, CancellationToken.None)).Value.Reference);
        Assert.IsType<Outcome<Movement>.Ok>(await shop.Provider.Capture(capture, CancellationToken.None));
        Assert.Equal(given, Assert.IsType<Outcome<Movement>.Ok>(await shop.Provider.Refund(refund, CancellationToken.None)).Value);
        Assert.Equal((1, 1, 1), (await shop.Vendor.Count("authorise"), await shop.Vendor.Count("capture"), await shop.Vendor.Count("refund")));
    }

    [Fact]
    public async Task A_key_that_is_spent_on_a_breakdown_is_followed_by_one_more()
    {
        await using var shop = await StripeShop.Open(options => options.SearchLag = TimeSpan.Zero);
        await shop.Vendor.Fault(new { operation = "authorise", kind = "status", status = 500, stored = true, count = 1 });

        var reference = await shop.Authorised();
        Assert.Equal(reference, await shop.Authorised());

        await shop.Vendor.Fault(new { operation = "capture", kind = "status", status = 500, stored = true, count = 1 });
        Assert.IsType<Outcome<Movement>.Ok>(await shop.Provider.Capture(shop.Movement(reference, "c", 1299), CancellationToken.None));
        Assert.Equal((1, 1), (await shop.Vendor.Count("authorise"), await shop.Vendor.Count("capture")));
    }

    [Fact]
    public async Task A_spent_key_is_left_alone_until_the_search_can_be_trusted()
    {
        await using var shop = await StripeShop.Open();
        await shop.Vendor.Fault(new { operation = "authorise", kind = "status", status = 500, stored = true, count = 1 });

        Assert.IsType<Outcome<Authorisation>.InDoubt>(await shop.Authorise());
        Assert.Equal(0, await shop.Vendor.Count("authorise"));
    }

    [Theory]
    [InlineData("capture")]
    [InlineData("void")]
    [InlineData("refund")]
    public async Task A_lost_answer_to_a_movement_is_in_doubt_and_moves_once(string operation)
    {
        await using var shop = await StripeShop.Open(options => options.Retries = 0);
        var reference = await shop.Authorised();
        if (operation == "refund")
        {
            await shop.Provider.Capture(shop.Movement(reference, "c", 1299), CancellationToken.None);
        }

        Task<Outcome<Movement>> Move() => operation switch
        {
            "capture" => shop.Provider.Capture(shop.Movement(reference, "m", 1299), CancellationToken.None),
            "void" => shop.Provider.Void(shop.Movement(reference, "m", 1299), CancellationToken.None),
            _ => shop.Provider.Refund(shop.Movement(reference, "m", 1299), CancellationToken.None),
        };

        await shop.Vendor.Fault(new { operation, kind = "drop_after", count = 1 });
        Assert.IsType<Outcome<Movement>.InDoubt>(await Move());
        Assert.IsType<Outcome<Movement>.Ok>(await Move());
        Assert.Equal(1, await shop.Vendor.Count(operation));
    }

    [Fact]
    public async Task A_vendor_killed_between_effect_and_answer_still_charges_once()
    {
        var directory = Directory.CreateTempSubdirectory("sandbox-").FullName;
        var vendor = await SandboxServer.Start(directory);
        await using (var shop = await StripeShop.Open(options => options.Retries = 0, vendor: vendor))
        {
            await vendor.Fault(new { kind = "drop_after", count = 1 });
            Assert.IsType<Outcome<Authorisation>.InDoubt>(await shop.Authorise());
        }

        await using (var shop = await StripeShop.Open(vendor: await SandboxServer.Start(directory)))
        {
            await shop.Authorised();
            Assert.Equal(1, await shop.Vendor.Count("authorise"));
        }

        Directory.Delete(directory, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
