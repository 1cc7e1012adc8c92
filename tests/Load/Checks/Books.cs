using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Commerce.Load.Shops;

namespace Commerce.Load.Checks;

/// <summary>The shop's books, read through the export as any operator can, and held against what buyers were told.</summary>
internal sealed class Books : IDisposable
{
    private const int MostExamples = 5;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly HttpClient http;

    public Books(Target target)
    {
        http = new HttpClient { BaseAddress = target.Url, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", target.AdminKey);
    }

    /// <summary>Waits until nothing is under way, for as long as <paramref name="patience"/>, and judges.</summary>
    public async Task<Verdict> Judge(Told told, TimeSpan patience)
    {
        await Console.Error.WriteLineAsync("reading the books ...");
        var underWay = await Rest(patience);
        var checkouts = new Dictionary<string, string>();
        await foreach (var row in Rows("checkout"))
        {
            checkouts[Text(row, "checkout_id")] = Text(row, "idem_key");
        }

        var examples = new List<string>();
        var (orders, live, keys, carts) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        var (duplicates, phantoms) = (0, 0);
        await foreach (var row in Rows("orders"))
        {
            var (order, key) = (Text(row, "order_id"), checkouts.GetValueOrDefault(Text(row, "checkout_id"), ""));
            orders.Add(order);
            if (Text(row, "state") is "cancelled" or "cancelling")
            {
                continue;
            }

            live.Add(order);
            if (!keys.Add(Text(row, "customer_id") + "/" + key) | !carts.Add(Text(row, "cart_id"))) // a key counts for its customer
            {
                duplicates++;
                Example(examples, $"{order} is another order of key {key} or of its cart");
            }

            if (told.Refused.TryGetValue(key, out var reason))
            {
                phantoms++;
                Example(examples, $"{order} exists, and its buyer was told '{reason}' ({key})");
            }
        }

        var lost = 0;
        foreach (var (key, order) in told.Orders)
        {
            if (!orders.Contains(order))
            {
                lost++;
                Example(examples, $"{order} is lost ({key})");
            }
        }

        duplicates += told.Orders.GroupBy(static one => one.Order).Sum(static same => same.Count() - 1);
        var (oversold, unbalanced, held) = await Units(live, examples);
        return new Verdict(
            told.Sold, [.. told.Reasons.Select(static one => new Refusals(one.Reason, one.Count))], oversold, unbalanced, lost, duplicates, phantoms, underWay == 0 ? held : 0, underWay, told.IsSample, examples);
    }

    /// <summary>The stock of a SKU as operators see it; null when the shop does not say at this moment.</summary>
    public async Task<(long Available, long Reserved)?> Stock(string sku)
    {
        try
        {
            using var view = JsonDocument.Parse(await http.GetStringAsync(new Uri($"/v1/admin/stock/{sku}", UriKind.Relative)));
            return (Number(view.RootElement, "available"), Number(view.RootElement, "reserved"));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Units of each SKU in live orders, against what ever came in.</summary>
    private async Task<(long Oversold, int Unbalanced, long Held)> Units(HashSet<string> live, List<string> examples)
    {
        var sold = new Dictionary<string, long>();
        await foreach (var row in Rows("order_line"))
        {
            if (live.Contains(Text(row, "order_id")))
            {
                var sku = Text(row, "sku");
                sold[sku] = sold.GetValueOrDefault(sku) + Number(row, "qty");
            }
        }

        var (oversold, unbalanced, held) = (0L, 0, 0L);
        await foreach (var row in Rows("sku"))
        {
            var cameIn = Number(row, "initial") + Number(row, "received") + Number(row, "adjusted") + Number(row, "returned");
            var (available, reserved, units) = (Number(row, "available"), Number(row, "reserved"), sold.GetValueOrDefault(Text(row, "sku")));
            held += reserved;
            oversold += Math.Max(0, units - cameIn);
            if (cameIn != available + reserved + units || Number(row, "on_hand") != available + reserved || Number(row, "sold") != units)
            {
                unbalanced++;
                Example(examples, $"{units} units in live orders, and the stock says {row.GetRawText()}");
            }
        }

        return (oversold, unbalanced, held);
    }

    /// <returns>Checkouts that are still under way at the end of the patience.</returns>
    private async Task<long> Rest(TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var underWay = 0L;
            await foreach (var row in Rows("checkout"))
            {
                underWay += Text(row, "state") is "completed" or "failed" or "cancelled" or "expired" ? 0 : 1;
            }

            if (underWay == 0 || clock.Elapsed > patience)
            {
                return underWay;
            }

            await Task.Delay(Look);
        }
    }

    private async IAsyncEnumerable<JsonElement> Rows(string table)
    {
        using var answer = await http.GetAsync(new Uri("/v1/admin/export/" + table, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"The shop does not export '{table}': {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()} Is --admin-key the shop's? --no-check does without.");
        }

        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.Length > 0)
            {
                using var row = JsonDocument.Parse(line);
                yield return row.RootElement;
            }
        }
    }

    public void Dispose() => http.Dispose();

    private static void Example(List<string> examples, string what)
    {
        if (examples.Count < MostExamples)
        {
            examples.Add(what);
        }
    }

    private static string Text(JsonElement row, string field) => row.TryGetProperty(field, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";

    private static long Number(JsonElement row, string field) => row.TryGetProperty(field, out var value) && value.ValueKind is JsonValueKind.Number ? value.GetInt64() : 0;
}
