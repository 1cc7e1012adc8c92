using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commerce.Checkouts;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Orders;

namespace Commerce.Tests.Unit.Contracts;

/// <summary>What this version does with what a newer one wrote, and with what an older one did: docs/compatible-changes.md stands on it.</summary>
public sealed class VersionSkewTests
{
    [Fact]
    public void A_field_that_this_version_does_not_know_is_passed_over()
    {
        var read = Read<OrderEvent>("""[{"type":"commerce.order.held.v1","tenant":"a","data":{"reason":"fraud?","by":{"name":"ada","roles":[1]}}}]""");

        Assert.Equal([new OrderHeld("fraud?")], read);
    }

    [Fact]
    public void An_event_of_before_a_field_was_added_reads_as_without_it()
    {
        var read = Read<OrderEvent>("""[{"type":"commerce.order.held.v1","data":{}}]""");

        Assert.Equal([new OrderHeld(null)], read);
    }

    [Fact]
    public void An_event_that_this_version_does_not_know_stops_the_aggregate_here()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Read<OrderEvent>("""[{"type":"commerce.order.gift-wrapped.v1","data":{}}]"""));

        Assert.Contains("commerce.order.gift-wrapped.v1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_that_this_version_does_not_know_stops_the_aggregate_here() =>
        Assert.Throws<JsonException>(() => Read<CheckoutEvent>(
            """[{"type":"commerce.checkout.compensation-requested.v1","data":{"ending":"suspended","failure":{"code":"x","message":"y","retryable":true}}}]"""));

    [Fact]
    public void A_snapshot_is_read_without_what_this_version_does_not_know_and_written_without_it()
    {
        var info = JournalJson.Default.GetTypeInfo(typeof(Snapshot<StockItem>))!;
        var newer = JsonSerializer.SerializeToNode(Snapshot<StockItem>.Of(StockItem.Initial with { Exists = true, Available = 7 }, Operations.None, 12), info)!.AsObject();
        newer["state"]!["shelf"] = "B4";

        var read = (Snapshot<StockItem>)newer.Deserialize(info)!;

        Assert.Equal((7, 12L), (read.State.Available, read.Sequence));
        Assert.False(JsonSerializer.SerializeToNode(read, info)!["state"]!.AsObject().ContainsKey("shelf"));
    }

    private static TEvent[] Read<TEvent>(string commit)
        where TEvent : class => [.. EventCodec<TEvent>.Read(Encoding.UTF8.GetBytes(commit))];
}
