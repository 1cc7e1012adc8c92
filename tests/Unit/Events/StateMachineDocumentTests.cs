using System.Globalization;
using System.Text;
using Books = Commerce.Events.Export;

namespace Commerce.Tests.Unit.Events;

/// <summary>docs/state-machines.md is drawn from the tables that the aggregates obey. UPDATE_DOCS=1 draws it anew.</summary>
public sealed class StateMachineDocumentTests
{
    private static readonly (string Kind, string Title, string About)[] Chapters =
    [
        ("cart", "Cart", "A cart that a checkout has claimed stays `active`, and takes nothing until the claim ends."),
        ("checkout", "Checkout", "A state ending in *-ing* is an intent: stored before anybody is asked, and all that a crash leaves behind."),
        ("order", "Order", "Payment and fulfilment are axes of their own, derived from the ledger and the quantities."),
        ("transaction", "Transactions of a payment", "The status of a payment is derived from them. `none` is a transaction that was never asked for."),
        ("reservation", "Reservations of a stock item", "`none` is a reservation that was never made. One that expired can be taken again as long as units are there."),
        ("take", "Takes of an allotment", "Uses of a coupon, and whatever else can run out. `none` is a take that has not arrived, or was confirmed more than a day ago."),
        ("webhook", "Webhook that came in", "An event of a payment provider. `none` is one that never came; a parked one waits for an operator."),
        ("tax", "Tax document of an order", "What a tax vendor was told of an order. `none` for orders that the rate tables taxed: nobody is told anything."),
        ("reconciliation", "Reconciliation", "A provider's books compared with ours. Comparing only reads: a crash begins it again."),
        ("drop", "Drop", "A flash sale. What leads back to the same state is about its units and places."),
        ("pass", "Pass of a drop", "`none` is a place that has not been called. A pass that a checkout redeemed does not expire; a failed checkout gives it back."),
    ];

    [Fact]
    public void The_diagrams_in_the_docs_are_those_of_the_tables()
    {
        var path = Path.Combine(Root(), "docs", "state-machines.md");
        var drawn = Draw();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, drawn);
        }

        Assert.True(File.Exists(path) && File.ReadAllText(path) == drawn, "docs/state-machines.md is out of date: run this test with UPDATE_DOCS=1.");
    }

    [Fact]
    public void Every_machine_has_a_chapter() =>
        Assert.Equal(Chapters.Select(c => c.Kind), Books.Machines().Select(row => row.Kind).Distinct());

    private static string Draw()
    {
        var text = new StringBuilder("# State machines\n\nDrawn by a test from the tables in the code; what is not drawn here is refused. Do not edit by hand.\n");
        foreach (var (kind, title, about) in Chapters)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n{about}\n\n```mermaid\nstateDiagram-v2\n");
            var rows = Books.Machines().Where(row => row.Kind == kind).ToList();
            foreach (var edge in rows.GroupBy(row => (row.From, row.To)))
            {
                var events = string.Join(", ", edge.Select(row => Short(row.Event)));
                text.Append(CultureInfo.InvariantCulture, $"    {Node(edge.Key.From)} --> {Node(edge.Key.To)}: {events}\n");
            }

            foreach (var end in rows.Select(row => row.To).Distinct().Where(to => rows.All(row => row.From != to)))
            {
                text.Append(CultureInfo.InvariantCulture, $"    {end} --> [*]\n");
            }

            text.Append("```\n\n| from | what happened | to |\n| --- | --- | --- |\n");
            foreach (var (_, from, happened, to) in rows)
            {
                text.Append(CultureInfo.InvariantCulture, $"| `{from}` | `{happened}` | `{to}` |\n");
            }
        }

        return text.ToString();
    }

    private static string Node(string state) => state == "none" ? "[*]" : state;

    /// <summary><c>commerce.order.placed.v1</c> as <c>placed</c>.</summary>
    private static string Short(string type) => type.Split('.')[2];

    /// <summary>From where the tests were built upwards: a build in CI leaves no path of the sources behind.</summary>
    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CommerceGrains.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("These tests were not built inside the repository.");
        }

        return folder;
    }
}
