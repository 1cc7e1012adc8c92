using Commerce.Load.Http;

namespace Commerce.Load.Shops;

/// <summary>The stock that a run needs, by the admin API.</summary>
internal static class Shelves
{
    private const int Plenty = 1_000_000;

    /// <summary>So that a load is never told that the goods are gone.</summary>
    public static async Task Fill(Target target, IEnumerable<string> skus)
    {
        await using var operators = Operator(target);
        foreach (var sku in skus)
        {
            if (await Available(operators, sku) < Plenty / 2)
            {
                await Change(operators, sku, "receipts", Plenty);
            }
        }
    }

    /// <summary>So that exactly so many units can be bought.</summary>
    public static async Task Set(Target target, string sku, int units)
    {
        await using var operators = Operator(target);
        if (units - await Available(operators, sku) is not 0 and var correction)
        {
            await Change(operators, sku, "adjustments", correction);
        }
    }

    private static Connection Operator(Target target) => new(target.Url, TimeSpan.FromSeconds(30)) { Token = target.AdminKey };

    private static async Task<int> Available(Connection operators, string sku)
    {
        var answer = await operators.Send("GET", $"/v1/admin/stock/{sku}");
        return answer.IsGood ? System.Text.Json.JsonDocument.Parse(answer.Body).RootElement.GetProperty("available").GetInt32() : answer.Status switch
        {
            404 => throw new InvalidOperationException($"The shop has no stock of '{sku}': is it the sample shop?"),
            401 or 403 => throw new InvalidOperationException("The shop does not know this --admin-key, which stocks the goods and reads the books."),
            _ => throw new InvalidOperationException($"The stock of '{sku}' could not be read: {answer.Excerpt}"),
        };
    }

    private static async Task Change(Connection operators, string sku, string how, int units)
    {
        var answer = await operators.Send("POST", $"/v1/admin/stock/{sku}/{how}", $$"""{"quantity":{{units}},"reason":"a load test"}""", Guid.NewGuid().ToString("N"));
        if (!answer.IsGood)
        {
            throw new InvalidOperationException($"The stock of '{sku}' could not be changed: {answer.Excerpt}");
        }
    }
}
