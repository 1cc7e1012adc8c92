using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using HdrHistogram;

namespace Commerce.Benchmarks.Pricing;

/// <summary>A cart of a hundred lines with ten promotions, over HTTP: how long a change of a quantity takes, priced and durable, and how long a look. The aim is p99 below 15 ms.</summary>
internal static class LargeCart
{
    private const int Lines = 100, WarmUp = 1_500, Times = 2_000;

    public static async Task<int> Run(string[] args)
    {
        if (args is not [var url, var adminKey])
        {
            await Console.Error.WriteLineAsync("basket URL ADMINKEY");
            return 2;
        }

        using var http = new HttpClient { BaseAddress = new Uri(url) };
        await Publish(http, adminKey);
        var cart = await Open(http);
        Console.WriteLine("| request | p50 ms | p95 ms | p99 ms | max ms |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        await Measure("change a quantity", turn => http.PatchAsJsonAsync($"/v1/carts/{cart}/lines/line_{1 + (turn % Lines)}", new { quantity = 1 + (turn % 7) }));
        await Measure("look", _ => http.GetAsync($"/v1/carts/{cart}"));
        await Withdraw(http, adminKey);

        return 0;
    }

    private static async Task Measure(string what, Func<int, Task<HttpResponseMessage>> ask)
    {
        var histogram = new LongHistogram(10_000_000, 3);
        for (var turn = 0; turn < WarmUp + Times; turn++)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await ask(turn);
            await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
            if (turn >= WarmUp)
            {
                histogram.RecordValue((long)Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            }
        }

        double At(double percentile) => histogram.GetValueAtPercentile(percentile) / 1000.0;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {At(50):N1} | {At(95):N1} | {At(99):N1} | {At(100):N1} |"));
    }

    private static async Task<string> Open(HttpClient http)
    {
        using var products = JsonDocument.Parse(await http.GetStringAsync("/v1/products?channel=eu&limit=100"));
        var lines = products.RootElement.GetProperty("items").EnumerateArray().SelectMany(p => p.GetProperty("variants").EnumerateArray())
            .Select(v => v.GetProperty("sku").GetString()).Distinct().Take(Lines).Select(sku => new { sku, quantity = 2 });
        using var created = await http.PostAsJsonAsync("/v1/carts", new { channel = "eu", lines });
        using var cart = JsonDocument.Parse(await created.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        var id = cart.RootElement.GetProperty("id").GetString()!;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cart.RootElement.GetProperty("token").GetString());
        var address = new { name = "Ada Lovelace", line1 = "Unter den Linden 1", city = "Berlin", postalCode = "10117", country = "DE" };
        (await http.PutAsJsonAsync($"/v1/carts/{id}/destination", address)).EnsureSuccessStatusCode().Dispose();

        return id;
    }

    private static async Task Publish(HttpClient http, string adminKey)
    {
        string[] effects =
        [
            """{"type":"percent_off","percentage":0.05,"items":{"categories":["tea"]}}""",
            """{"type":"percent_off","percentage":0.05,"items":{"categories":["coffee"]}}""",
            """{"type":"percent_off","percentage":0.03,"items":{"categories":["kitchen"]}}""",
            """{"type":"amount_off","amounts":[{"amount":50,"currency":"EUR"}],"on":"lines","items":{"categories":["desk"]}}""",
            """{"type":"amount_off","amounts":[{"amount":500,"currency":"EUR"}],"on":"order"}""",
            """{"type":"percent_off","percentage":0.02,"on":"order"}""",
            """{"type":"tiers","on":"lines","steps":[{"fromQuantity":3,"percentage":0.02},{"fromQuantity":6,"percentage":0.05}]}""",
            """{"type":"tiers","on":"order","steps":[{"fromSpend":[{"amount":10000,"currency":"EUR"}],"percentage":0.01}]}""",
            """{"type":"percent_off","percentage":0.5,"on":"shipping"}""",
            """{"type":"percent_off","percentage":0.01,"on":"lines"}""",
        ];
        for (var i = 0; i < effects.Length; i++)
        {
            await Ask(http, adminKey, HttpMethod.Put, i, $$"""{"reason":"Benchmark {{i}}","channels":["eu"],"priority":{{i}},"effect":{{effects[i]}}}""");
        }
    }

    private static async Task Withdraw(HttpClient http, string adminKey)
    {
        for (var i = 0; i < 10; i++)
        {
            await Ask(http, adminKey, HttpMethod.Delete, i, null);
        }
    }

    private static async Task Ask(HttpClient http, string adminKey, HttpMethod method, int number, string? body)
    {
        using var request = new HttpRequestMessage(method, $"/v1/admin/promotions/benchmark-{number}")
        {
            Content = body is null ? null : new StringContent(body, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await http.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        }
    }
}
