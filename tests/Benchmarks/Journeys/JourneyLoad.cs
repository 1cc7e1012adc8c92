using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using HdrHistogram;

namespace Commerce.Benchmarks.Journeys;

/// <summary>
/// Whole journeys over HTTP: create a cart, add two lines, set the destination, check out with <c>manual</c>, order placed. Five requests each, one
/// connection a client, nothing shared between clients but the stock.
/// </summary>
internal static class JourneyLoad
{
    private const string Body = "application/json";

    public static async Task<int> Run(string[] args)
    {
        var url = new Uri(Option(args, "--url", "http://127.0.0.1:5000"));
        var seconds = double.Parse(Option(args, "--seconds", "10"), CultureInfo.InvariantCulture);
        var warmUp = double.Parse(Option(args, "--warm-up", "5"), CultureInfo.InvariantCulture);
        var clients = Option(args, "--clients", "1,8,32,64").Split(',').Select(int.Parse).ToArray();
        var payment = Option(args, "--payment", "manual/invoice").Split('/');

        await Stock(url, Option(args, "--admin-key", ""));
        await Load(url, clients[^1], warmUp, payment);
        Console.WriteLine("| clients | journeys/s | requests/s | p50 ms | p95 ms | p99 ms | max ms | failed |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|");
        var failures = 0L;
        foreach (var count in clients)
        {
            var (histogram, failed, took) = await Load(url, count, seconds, payment);
            failures += failed;
            var rate = histogram.TotalCount / took.TotalSeconds;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {count} | {rate:N0} | {rate * 5:N0} | {At(histogram, 50):N1} | {At(histogram, 95):N1} | {At(histogram, 99):N1} | {At(histogram, 100):N1} | {failed} |"));
        }

        return failures == 0 ? 0 : 1;
    }

    public static Task<int> RunEvents(string[] args) => EventLatency.Run(new EventLoad(
        new Uri(Option(args, "--url", "http://127.0.0.1:5000")),
        Option(args, "--admin-key", ""),
        int.Parse(Option(args, "--clients", "1"), CultureInfo.InvariantCulture),
        int.Parse(Option(args, "--shoppers", "8"), CultureInfo.InvariantCulture),
        double.Parse(Option(args, "--seconds", "10"), CultureInfo.InvariantCulture),
        double.Parse(Option(args, "--rate", "0"), CultureInfo.InvariantCulture),
        Option(args, "--payment", "manual/invoice").Split('/')));

    /// <summary>So many carts with a line each, and then nobody comes back to them.</summary>
    public static async Task<int> RunCarts(string[] args)
    {
        var url = new Uri(Option(args, "--url", "http://127.0.0.1:5000"));
        var left = int.Parse(Option(args, "--count", "100000"), CultureInfo.InvariantCulture);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            await using var connection = await Connection.Open(url);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await connection.Send("POST", "/v1/carts", """{"channel":"eu","lines":[{"sku":"ALIS-OOLO-50","quantity":1}]}""");
            }
        })));
        return 0;
    }

    private static double At(LongHistogram histogram, double percentile) => histogram.GetValueAtPercentile(percentile) / 1000.0;

    /// <summary>So that the load is never told that the goods are gone.</summary>
    private static async Task Stock(Uri url, string adminKey)
    {
        if (adminKey.Length == 0)
        {
            return;
        }

        await using var operators = await Connection.Open(url);
        operators.Token = adminKey;
        foreach (var sku in (string[])["ALIS-OOLO-50", "ALIS-OOLO-100"])
        {
            await operators.Send("POST", $"/v1/admin/stock/{sku}/receipts", """{"quantity":1000000,"reason":"a load test"}""");
        }
    }

    internal static async Task<(LongHistogram Histogram, long Failed, TimeSpan Took)> Load(Uri url, int clients, double seconds, string[] payment, double rate = 0)
    {
        var all = new LongHistogram(60_000_000, 3);
        long failed = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(async () =>
        {
            var mine = new LongHistogram(60_000_000, 3);
            await using var connection = await Connection.Open(url);
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                if (rate > 0)
                {
                    await Task.Delay(TimeSpan.FromSeconds(clients / rate)); // each its share
                }

                var began = Stopwatch.GetTimestamp();
                var placed = await Journey(connection, number, payment);
                if (placed)
                {
                    mine.RecordValue((long)Stopwatch.GetElapsedTime(began).TotalMicroseconds);
                }
                else
                {
                    Interlocked.Increment(ref failed);
                }
            }

            lock (all)
            {
                all.Add(mine);
            }
        })));
        return (all, failed, clock.Elapsed);
    }

    private static async Task<bool> Journey(Connection connection, int number, string[] payment)
    {
        var cart = await connection.Send("POST", "/v1/carts", """{"channel":"eu"}""");
        if (Connection.Text(cart, "\"id\":\"") is not { } id || Connection.Text(cart, "\"token\":\"") is not { } token)
        {
            return false;
        }

        connection.Token = token;
        await connection.Send("POST", $"/v1/carts/{id}/lines", """{"sku":"ALIS-OOLO-50","quantity":1}""");
        await connection.Send("POST", $"/v1/carts/{id}/lines", """{"sku":"ALIS-OOLO-100","quantity":1}""");
        await connection.Send("PUT", $"/v1/carts/{id}/destination", """{"name":"A Shopper","line1":"Hauptstrasse 1","city":"Berlin","postalCode":"10115","country":"DE"}""");
        var checkout = await connection.Send(
            "POST", "/v1/checkouts", $$"""{"cartId":"{{id}}","payment":{"provider":"{{payment[0]}}","method":"{{payment[1]}}" } }""", $"{number}-{Guid.NewGuid():N}");
        connection.Token = null;
        if (Connection.Text(checkout, "\"status\":\"") is "confirmed")
        {
            return true;
        }

        Console.Error.WriteLine(Encoding.UTF8.GetString(checkout.Span[..Math.Min(400, checkout.Length)]));
        return false;
    }

    private static string Option(string[] args, string name, string fallback) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : fallback;

    /// <summary>One keep-alive connection that costs the machine as little as it can: the load shares its two cores with what it measures.</summary>
    private sealed class Connection(TcpClient client, Uri url) : IAsyncDisposable
    {
        private readonly NetworkStream stream = client.GetStream();
        private readonly byte[] buffer = new byte[256 * 1024];

        public string? Token { get; set; }

        public static async Task<Connection> Open(Uri url)
        {
            var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(url.Host, url.Port);
            return new Connection(client, url);
        }

        /// <summary>The answer's body; valid until the next request.</summary>
        public async Task<ReadOnlyMemory<byte>> Send(string method, string path, string body, string? key = null)
        {
            var request = $"{method} {path} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: {Body}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n"
                + (Token is null ? "" : $"Authorization: Bearer {Token}\r\n")
                + (key is null ? "" : $"Idempotency-Key: {key}\r\n")
                + "\r\n" + body;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
            var (read, start, length) = (0, -1, 0);
            while (start < 0 || read < start + length)
            {
                var more = await stream.ReadAsync(buffer.AsMemory(read));
                if (more == 0)
                {
                    throw new IOException("The server closed the connection.");
                }

                read += more;
                if (start < 0 && buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
                {
                    start = end + 4;
                    length = int.Parse(Text(buffer.AsMemory(0, end + 2), "Content-Length: ", '\r') ?? "0", CultureInfo.InvariantCulture);
                }
            }

            return buffer.AsMemory(start, length);
        }

        /// <summary>What stands between <paramref name="before"/> and the next <paramref name="until"/>; null when it is not there.</summary>
        public static string? Text(ReadOnlyMemory<byte> bytes, string before, char until = '"')
        {
            var span = bytes.Span;
            var at = span.IndexOf(Encoding.ASCII.GetBytes(before));
            if (at < 0)
            {
                return null;
            }

            span = span[(at + before.Length)..];
            return Encoding.ASCII.GetString(span[..span.IndexOf((byte)until)]);
        }

        public ValueTask DisposeAsync()
        {
            client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
