using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using Commerce.Allotments;
using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Drops;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Orders;
using Commerce.Payments;
using Commerce.Pricing;
using Commerce.Reconciliations;
using Commerce.Tax;
using Xunit;

namespace Commerce.Contracts;

/// <summary>
/// The published events: each type has its JSON Schema in <c>api/contracts/events</c>, and a change that would break a reader fails here. An
/// addition is taken in by running these tests with <c>UPDATE_CONTRACTS=1</c> and reviewing the difference.
/// </summary>
public sealed class EventContractTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Type[] Families = [typeof(CartEvent), typeof(CheckoutEvent), typeof(OrderEvent), typeof(PaymentEvent), typeof(StockEvent), typeof(WebhookEvent), typeof(AllotmentEvent), typeof(PriceEvent), typeof(OrderTaxEvent), typeof(ReconciliationEvent), typeof(DropEvent), typeof(DropRoomEvent), typeof(DropCalendarEvent)];

    public static TheoryData<string> EventTypes => new(Published().Select(e => e.Name));

    [Theory]
    [MemberData(nameof(EventTypes))]
    public void A_published_event_keeps_what_its_readers_rely_on(string name)
    {
        var now = Schema(Published().Single(e => e.Name == name));
        var file = Path.Combine(Folder, name + ".json");
        if (Environment.GetEnvironmentVariable("UPDATE_CONTRACTS") == "1")
        {
            Assert.Empty(File.Exists(file) ? Broken(JsonNode.Parse(File.ReadAllText(file))!, now, "") : []);
            File.WriteAllText(file, now.ToJsonString(Indented) + "\n");
        }

        Assert.True(File.Exists(file), $"{name} is not published: run the tests with UPDATE_CONTRACTS=1 and commit {file}.");
        var published = JsonNode.Parse(File.ReadAllText(file))!;
        Assert.Empty(Broken(published, now, ""));
        Assert.True(JsonNode.DeepEquals(published, now), $"{name} has grown: run the tests with UPDATE_CONTRACTS=1 and commit the difference.");
    }

    [Fact]
    public void No_published_event_has_gone()
    {
        var known = Published().Select(e => e.Name + ".json").ToHashSet(StringComparer.Ordinal);
        Assert.All(Directory.EnumerateFiles(Folder, "*.json").Select(Path.GetFileName), file => Assert.Contains(file!, known));
    }

    [Fact]
    public void The_check_notices_a_property_that_went_away_and_one_that_changed_its_type()
    {
        var before = JsonNode.Parse("""{"properties":{"a":{"type":"string"},"b":{"type":"integer"}}}""")!;
        Assert.Equal(["/properties/b is gone"], Broken(before, JsonNode.Parse("""{"properties":{"a":{"type":"string"}}}""")!, ""));
        Assert.Equal(["/properties/b/type was \"integer\" and is \"string\""], Broken(before, JsonNode.Parse("""{"properties":{"a":{"type":"string"},"b":{"type":"string"}}}""")!, ""));
        Assert.Empty(Broken(before, JsonNode.Parse("""{"properties":{"a":{"type":"string"},"b":{"type":"integer"},"c":{"type":"string"}}}""")!, ""));
    }

    [Fact]
    public void The_catalogue_of_events_is_up_to_date()
    {
        var file = Path.Combine(Root, "docs", "events.md");
        var lines = Published().GroupBy(e => e.Family).SelectMany(family => (string[])
        [
            "", $"## {family.Key}", "", "| type | data |", "|---|---|",
            .. family.Select(e => $"| [`{e.Name}`](../api/contracts/events/{e.Name}.json) | {string.Join(", ", Schema(e)["properties"]?.AsObject().Select(p => $"`{p.Key}`") ?? [])} |"),
        ]);
        var text = string.Join('\n', (string[])
        [
            "# Events", "",
            "Everything that happens to an aggregate is an event in the journal, and reaches its readers as a CloudEvent 1.0: `id` is `aggregate/version/index`,",
            "`subject` the aggregate, `sequence` its version, `dataschema` the JSON Schema of `data`. Delivery is at least once, in order for each aggregate;",
            "the id is what to deduplicate by. Within a version of a type (`.v1`) properties are only ever added.", "",
            "This page is written by a test from the code; run the unit tests with `UPDATE_CONTRACTS=1` after adding an event.",
            .. lines, "",
        ]);
        if (Environment.GetEnvironmentVariable("UPDATE_CONTRACTS") == "1")
        {
            File.WriteAllText(file, text);
        }

        Assert.Equal(text, File.Exists(file) ? File.ReadAllText(file) : "");
    }

    private static string Root { get; } = FindRoot();

    private static string Folder => Path.Combine(Root, "api", "contracts", "events");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CommerceGrains.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }

    private static IEnumerable<(string Family, string Name, Type Type)> Published() =>
        from family in Families
        from derived in family.GetCustomAttributes<JsonDerivedTypeAttribute>()
        select (family.Name[..^"Event".Length], (string)derived.TypeDiscriminator!, derived.DerivedType);

    private static JsonObject Schema((string Family, string Name, Type Type) published)
    {
        var exported = JournalJson.Default.Options.GetJsonSchemaAsNode(published.Type, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true }).AsObject();
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"commerce:/contracts/events/{published.Name}.json",
            ["title"] = published.Name,
        };
        foreach (var (key, value) in exported.ToArray())
        {
            exported.Remove(key);
            schema[key] = value;
        }

        return schema;
    }

    /// <summary>What a reader of the published schema would miss in the new one: anything that was said before and is not said any more.</summary>
    private static List<string> Broken(JsonNode before, JsonNode? now, string path)
    {
        switch (before, now)
        {
            case (_, null):
                return [$"{path} is gone"];
            case (JsonObject old, JsonObject current):
                return [.. old.SelectMany(property => property.Value is null
                    ? current.ContainsKey(property.Key) ? [] : [$"{path}/{property.Key} is gone"]
                    : Broken(property.Value, current[property.Key], $"{path}/{property.Key}"))];
            case (JsonArray old, JsonArray current):
                return [.. old.Where(item => !current.Any(c => JsonNode.DeepEquals(c, item))).Select(item => $"{path} lost {item!.ToJsonString()}")];
            default:
                return JsonNode.DeepEquals(before, now) ? [] : [$"{path} was {before.ToJsonString()} and is {now.ToJsonString()}"];
        }
    }
}
