using Commerce.Journal;
using Commerce.Orders;

namespace Commerce.Tests.Cluster.Orders;

/// <summary>The orders of an owner: a read model that follows the journal through the streams.</summary>
public sealed class ProjectionTests : IAsyncLifetime
{
    private readonly Shop shop = new();

    public Task InitializeAsync() => shop.InitializeAsync();

    public Task DisposeAsync() => shop.DisposeAsync();

    [Fact]
    public async Task An_order_appears_in_its_owners_list_and_follows_its_states()
    {
        var trial = await (await shop.Cart()).Placed();
        await Shop.Until(() => Lists(trial, OrderStatus.Placed), "the order is listed");

        await trial.Order.Hold(trial.As("hold"), null);
        await Shop.Until(() => Lists(trial, OrderStatus.OnHold), "the order is on hold");

        await trial.Order.Cancel(trial.As("cancel"), null);
        await Shop.Until(() => Lists(trial, OrderStatus.Cancelled), "the order is cancelled");
        Assert.Empty((await shop.Grains.Orders().Page(Owners.Guest("stranger"), null, 10)).Items);
    }

    [Fact]
    public async Task A_projection_whose_grain_has_ended_goes_on_where_it_stopped()
    {
        for (var i = 0; i < 3; i++)
        {
            var trial = await (await shop.Cart()).Placed();
            await Shop.Until(() => Lists(trial, OrderStatus.Placed), "the order is listed");
            for (var partition = 0; partition < IJournal.Partitions; partition++)
            {
                await shop.Deactivate(GrainId.Create("orders", partition.ToString()));
            }

            await trial.Order.Hold(trial.As("hold"), null);
            await Shop.Until(() => Lists(trial, OrderStatus.OnHold), "the order is on hold");
        }
    }

    [Fact]
    public async Task An_event_that_cannot_be_digested_is_parked_with_its_reason_and_the_rest_goes_on()
    {
        var trial = await shop.Cart();
        var poison = Enumerable.Range(0, 1_000).Select(i => $"ord_poison{i}").First(id => Partition.Of(id) == Partition.Of(trial.OrderId));
        Assert.True(await shop.Journal.Append(new Commit
        {
            Aggregate = poison,
            Version = 1,
            FirstSequence = 1,
            EventCount = 1,
            Events = """[{"type":"commerce.order.placed.v1","data":{"quote":"not a quote"}}]"""u8.ToArray(),
            At = shop.Clock.GetUtcNow(),
        }));

        await trial.Placed();
        await Shop.Until(() => Lists(trial, OrderStatus.Placed), "the order after it is listed");

        Assert.Equal($"{poison}/1/0", shop.Query<string>("select event_id from parked_events where reader = 'orders'"));
        Assert.NotEmpty(shop.Query<string>("select reason from parked_events"));
    }

    [Fact]
    public async Task What_was_delivered_before_a_restart_is_delivered_again_when_nobody_remembered_it()
    {
        var placed = new List<Trial>();
        for (var i = 0; i < 6; i++)
        {
            placed.Add(await (await shop.Cart()).Placed());
        }

        foreach (var trial in placed)
        {
            await Shop.Until(() => Lists(trial, OrderStatus.Placed), "the order is listed");
        }

        await shop.Stop();
        shop.Query<long>("delete from read_models; delete from checkpoints; select 0");
        await shop.Start();

        foreach (var trial in placed)
        {
            await Shop.Until(() => Lists(trial, OrderStatus.Placed), "the order is listed again");
        }
    }

    [Fact]
    public async Task What_is_delivered_twice_counts_once()
    {
        var trial = await (await shop.Cart()).Placed();
        await trial.Order.Hold(trial.As("hold"), null);
        await Shop.Until(() => Lists(trial, OrderStatus.OnHold), "the order is on hold");
        await shop.Stop();

        // The streams begin from the start; the projection knows what it has seen.
        shop.Query<long>("delete from checkpoints where reader = 'streams'; select 0");
        await shop.Start();
        await Shop.Until(() => Task.FromResult(shop.Query<long>("select count(*) from checkpoints where reader = 'streams'") > 0), "the streams were delivered again");

        Assert.True(await Lists(trial, OrderStatus.OnHold));
        Assert.Equal(0, shop.Query<long>("select count(*) from parked_events"));
    }

    [Fact]
    public async Task Everything_stands_after_a_restart()
    {
        var trial = await (await shop.Cart()).Placed();

        await shop.Stop();
        await shop.Start();

        await trial.IsBought();
        Assert.True((await trial.Start()).Replayed);
    }

    private async Task<bool> Lists(Trial trial, OrderStatus status) =>
        (await shop.Grains.Orders().Page(trial.Owner, null, 10)).Items is [var only] && only.Id == trial.OrderId && only.Status == status && only.Total == trial.Total;
}
