using System.Text.Json.Nodes;
using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Invariants;

/// <summary>Something that must hold and does not.</summary>
/// <param name="Invariant">As <c>I07</c>.</param>
/// <param name="What">With the ids that it is about.</param>
public sealed record Violation(string Invariant, string What)
{
    public override string ToString() => $"{Invariant}: {What}";
}

public enum Answered
{
    /// <summary>An order: final.</summary>
    Ok,

    /// <summary>No order, and there will be none: a failed checkout, or a refusal.</summary>
    Refused,

    /// <summary>Nothing final: no answer, pending, or to be asked again.</summary>
    Open,
}

/// <summary>One request of a client to buy, and what it was told.</summary>
/// <param name="Body">What was asked for, in a form in which two requests can be compared.</param>
/// <param name="Total">What the shopper was shown.</param>
public sealed record Told(string Key, string Body, Answered Answer, string? OrderId = null, long Total = 0, string? Currency = null, string? CheckoutId = null);

/// <summary>What the shop's export says, what the vendors' own books say, and what clients were told. All that a judge gets to see.</summary>
public sealed class Books
{
    public static readonly IReadOnlyList<string> Tables =
    [
        "sku", "reservation", "checkout", "orders", "order_line", "payment", "ledger", "event", "idem", "stripe_inbox", "transition", "allowed_transition",
    ];

    public required IReadOnlyDictionary<string, IReadOnlyList<JsonObject>> Table { get; init; }

    public required IReadOnlyList<JsonObject> VendorTransactions { get; init; }

    public required IReadOnlyList<Told> Told { get; init; }

    /// <summary>When the books were read.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When something last went wrong on purpose.</summary>
    public DateTimeOffset LastFault { get; init; }

    public IReadOnlyList<JsonObject> Skus => Table["sku"];

    public IReadOnlyList<JsonObject> Reservations => Table["reservation"];

    public IReadOnlyList<JsonObject> Checkouts => Table["checkout"];

    public IReadOnlyList<JsonObject> Orders => Table["orders"];

    public IReadOnlyList<JsonObject> OrderLines => Table["order_line"];

    public IReadOnlyList<JsonObject> Payments => Table["payment"];

    public IReadOnlyList<JsonObject> Ledger => Table["ledger"];

    public IReadOnlyList<JsonObject> Events => Table["event"];

    public IReadOnlyList<JsonObject> Idempotency => Table["idem"];

    public IReadOnlyList<JsonObject> StripeInbox => Table["stripe_inbox"];

    public IReadOnlyList<JsonObject> Transitions => Table["transition"];

    public IReadOnlyList<JsonObject> AllowedTransitions => Table["allowed_transition"];

    public static async Task<Books> Read(ShopClient shop, SandboxProcess vendor, IReadOnlyList<Told> told, DateTimeOffset lastFault)
    {
        var tables = new Dictionary<string, IReadOnlyList<JsonObject>>();
        foreach (var table in Tables)
        {
            tables[table] = await shop.Export(table);
        }

        return new Books
        {
            Table = tables,
            VendorTransactions = await vendor.Transactions(),
            Told = told,
            At = DateTimeOffset.UtcNow,
            LastFault = lastFault,
        };
    }
}

/// <summary>Reading rows.</summary>
internal static class Rows
{
    extension(JsonObject row)
    {
        public string Text(string field) => (string?)row[field] ?? "";

        public long Number(string field) => (long?)row[field] ?? 0;

        public DateTimeOffset? Time(string field) => (DateTimeOffset?)row[field];

        /// <summary>An order that was not taken back.</summary>
        public bool IsLive => row.Text("state") is not ("cancelled" or "cancelling");

        /// <summary>A checkout that has come to its end.</summary>
        public bool IsTerminal => row.Text("state") is "completed" or "failed" or "cancelled" or "expired";

        /// <summary>A checkout that came to nothing.</summary>
        public bool CameToNothing => row.Text("state") is "failed" or "cancelled" or "expired";
    }

    extension(IEnumerable<JsonObject> rows)
    {
        public long Sum(string field) => rows.Sum(row => row.Number(field));

        public Dictionary<string, JsonObject> By(string field) => rows.DistinctBy(row => row.Text(field)).ToDictionary(row => row.Text(field), StringComparer.Ordinal);
    }
}
