using Commerce.Programs;
using Commerce.Shopping;

[assembly: CollectionBehavior(DisableTestParallelization = true)] // a shop is a whole machine's work: one test at a time keeps times honest

namespace Commerce.Journeys;

/// <summary>One shop for all the journeys: they are strangers to each other, as customers are.</summary>
public sealed class RunningShop : IAsyncLifetime
{
    private ShopProcess? shop;

    public ShopClient Client => shop!.Client;

    public string Output => shop!.Output;

    public async Task InitializeAsync() => shop = await ShopProcess.Start();

    public async Task DisposeAsync()
    {
        if (shop is not null)
        {
            await shop.DisposeAsync();
        }
    }
}

[CollectionDefinition(Name)]
public sealed class OneShop : ICollectionFixture<RunningShop>
{
    public const string Name = "one shop";
}
