using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using HdrHistogram;

namespace Commerce.Benchmarks.Journeys;

/// <summary>From commit to SSE client: follows every event of the shop while journeys run, and compares each event's commit time with its arrival. Both clocks are this machine's.</summary>
internal static class EventLatency
{
    public static async Task<int> Run(Uri url, string adminKey, int clients, double seconds, string[] payment)
    {
        using var http = new HttpClient { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Add("Last-Event-ID", await Head(http));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());

        var histogram = new LongHistogram(60_000_000, 3);
        using var done = new CancellationTokenSource();
        var reading = Follow(reader, histogram, done.Token);
        var (journeys, failed, took) = await JourneyLoad.Load(url, clients, seconds, payment);
        await done.CancelAsync();
        await reading;
        Console.WriteLine("| clients | journeys/s | events/s | p50 ms | p99 ms | max ms |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {clients} | {journeys.TotalCount / took.TotalSeconds:N0} | {histogram.TotalCount / took.TotalSeconds:N0} | {histogram.GetValueAtPercentile(50) / 1000.0:N1} | {histogram.GetValueAtPercentile(99) / 1000.0:N1} | {histogram.GetValueAtPercentile(100) / 1000.0:N1} |"));
        return failed == 0 ? 0 : 1;
    }

    /// <summary>Where the journal ends: pages are followed to the last.</summary>
    private static async Task<string> Head(HttpClient http)
    {
        var cursor = "0-0";
        while (true)
        {
            using var page = JsonDocument.Parse(await http.GetStringAsync(new Uri($"/v1/events?limit=100&after={cursor}", UriKind.Relative)));
            if (page.RootElement.GetProperty("items").GetArrayLength() == 0)
            {
                return cursor;
            }

            cursor = page.RootElement.GetProperty("items").EnumerateArray().Last().GetProperty("cursor").GetString()!;
        }
    }

    private static async Task Follow(StreamReader reader, LongHistogram histogram, CancellationToken cancellationToken)
    {
        try
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.StartsWith("data:", StringComparison.Ordinal) && line.IndexOf("\"time\":\"", StringComparison.Ordinal) is > 0 and var at)
                {
                    var time = DateTimeOffset.Parse(line.AsSpan(at + 8, line.IndexOf('"', at + 8) - at - 8), CultureInfo.InvariantCulture);
                    histogram.RecordValue(Math.Max(0, (DateTimeOffset.UtcNow - time).Ticks / 10));
                }
            }
        }
        catch (OperationCanceledException)
        {
            Debug.WriteLine("The journeys are over.");
        }
    }
}
