using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Commerce.Load.Checks;
using Commerce.Load.Measuring;
using Commerce.Load.Shops;
using HdrHistogram;

namespace Commerce.Load.Runs;

/// <summary>From commit to SSE client: follows every event of the shop while journeys run, and compares each event's commit time with its arrival. Both clocks are this machine's.</summary>
internal static class EventRun
{
    /// <param name="followers">Connections that follow every event.</param>
    public static async Task<(IReadOnlyList<IReadOnlyList<string>> Table, Meters Journeys, TimeSpan Took)> Run(Target target, int followers, JourneyOptions options, Told told)
    {
        using var http = new HttpClient { BaseAddress = target.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", target.AdminKey);
        var head = await Head(http);
        using var done = new CancellationTokenSource();
        var following = new List<Task<LongHistogram>>();
        for (var client = 0; client < followers; client++)
        {
            following.Add(Follow(await Connect(target, head), done.Token));
        }

        var (journeys, took, _) = await JourneyRun.Run(target, options, told);
        await Task.Delay(TimeSpan.FromSeconds(1)); // the last events
        await done.CancelAsync();
        var seen = await Task.WhenAll(following);
        var all = new LongHistogram(60_000_000, 3);
        foreach (var one in seen)
        {
            all.Add(one);
        }

        journeys.Tick();
        return (
        [
            ["SSE clients", "shoppers", "journeys/s", "events/s", "frames/s", "p50 ms", "p99 ms", "max ms", "fewest and most events of a client"],
            [
                $"{followers}", $"{options.Clients}", Report.Count(journeys.Total("journey", "express").Count / took.TotalSeconds), Report.Count(seen.Max(static one => one.TotalCount) / took.TotalSeconds),
                Report.Count(all.TotalCount / took.TotalSeconds), Report.Ms(Latency.At(all, 50)), Report.Ms(Latency.At(all, 99)), Report.Ms(Latency.At(all, 100)),
                $"{seen.Min(static one => one.TotalCount)}, {seen.Max(static one => one.TotalCount)}",
            ],
        ], journeys, took);
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

    /// <summary>A bare connection, in HTTP/1.0, which does not chunk: a thousand of them share the processor with what they measure.</summary>
    private static async Task<NetworkStream> Connect(Target target, string after)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(target.Url.Host, target.Url.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /v1/events HTTP/1.0\r\nHost: {target.Url.Authority}\r\nAccept: text/event-stream\r\nAuthorization: Bearer {target.AdminKey}\r\nLast-Event-ID: {after}\r\n\r\n"));
        return stream;
    }

    private static async Task<LongHistogram> Follow(NetworkStream connection, CancellationToken done)
    {
        var histogram = new LongHistogram(60_000_000, 3);
        var buffer = new byte[32 * 1024];
        var held = 0;
        await using (connection)
        {
            try
            {
                while (await connection.ReadAsync(buffer.AsMemory(held), done) is > 0 and var read)
                {
                    held = Record(buffer, held + read, histogram);
                }

                Console.Error.WriteLine("The server ended a feed.");
            }
            catch (OperationCanceledException)
            {
                Debug.WriteLine("The journeys are over.");
            }
        }

        return histogram;
    }

    /// <summary>Every commit time that has arrived whole.</summary>
    /// <returns>How many bytes at the start of the buffer are still to be looked at.</returns>
    private static int Record(byte[] buffer, int length, LongHistogram histogram)
    {
        var now = DateTimeOffset.UtcNow;
        var text = buffer.AsSpan(0, length);
        while (text.IndexOf("\"time\":\""u8) is >= 0 and var at && text[(at + 8)..].IndexOf((byte)'"') is >= 0 and var digits)
        {
            var time = DateTimeOffset.Parse(Encoding.ASCII.GetString(text.Slice(at + 8, digits)), CultureInfo.InvariantCulture);
            histogram.RecordValue(Math.Max(0, (now - time).Ticks / 10));
            text = text[(at + 8 + digits)..];
        }

        var kept = text[Math.Max(0, text.Length - 64)..]; // perhaps the first half of the next one
        kept.CopyTo(buffer);
        return kept.Length;
    }
}
