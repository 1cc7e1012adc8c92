using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Commerce.Inventory;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Commerce.Tests.Cluster.Overload;

/// <summary>A front end before a silo one of whose grains has more to do than it takes.</summary>
public sealed class FullQueueTests
{
    private const string AdminKey = "an-admin-key-for-tests";
    private const int Takes = 20, Asked = 60;

    [Fact]
    public async Task A_grain_whose_queue_is_full_says_so_at_once_and_nothing_is_lost()
    {
        var shop = new Shop { MaxQueuedCalls = Takes };
        await shop.InitializeAsync();
        try
        {
            var sku = await shop.Stocked(5);
            await using var api = await FrontEnd(shop);
            using var http = new HttpClient { BaseAddress = new Uri(api.Urls.Single()), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", AdminKey) } };

            List<Task<HttpResponseMessage>> asking;
            using (var gate = shop.Journal.Hold(Identity.Stock + sku))
            {
                asking = [.. Enumerable.Range(0, Asked).Select(number => Receive(http, sku, number))];
                await gate.Reached;
                await Shop.Until(() => Task.FromResult(asking.Count(one => one.IsCompleted) >= Asked / 2), "whoever found no room has been told");
                gate.Open();
            }

            var answers = await Task.WhenAll(asking);
            var refused = answers.Index().Where(one => !one.Item.IsSuccessStatusCode).ToList();
            Assert.InRange(refused.Count, Asked / 2, Asked - Takes); // a call or two more are taken than the limit says
            foreach (var (_, answer) in refused)
            {
                Assert.Equal(503, (int)answer.StatusCode);
                Assert.Equal("overloaded", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
                Assert.True(answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
            }

            foreach (var (number, _) in refused)
            {
                Assert.True((await Receive(http, sku, number)).IsSuccessStatusCode);
            }

            Assert.Equal(5 + Asked, (await shop.Grains.Stock(sku).Get())!.OnHand);
        }
        finally
        {
            await shop.DisposeAsync();
        }
    }

    private static async Task<HttpResponseMessage> Receive(HttpClient http, string sku, int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/admin/stock/{sku}/receipts") { Content = JsonContent.Create(new { quantity = 1 }), Headers = { { "Idempotency-Key", $"receipt-{number}" } } };
        return await http.SendAsync(request);
    }

    private static async Task<WebApplication> FrontEnd(Shop shop)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Commerce:AdminKey"] = AdminKey, ["Commerce:DataDirectory"] = shop.Folder });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(shop.Grains);
        builder.AddCommerceApi();
        var api = builder.Build();
        api.MapCommerceApi();
        await api.StartAsync();
        return api;
    }
}
