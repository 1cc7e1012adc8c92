using System.Text;
using System.Text.Json;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using Commerce.Events;
using Xunit;

namespace Commerce.Tests.Unit.Api;

public sealed class CloudEventTests
{
    private static readonly LifecycleEvent Placed = new()
    {
        Cursor = new EventCursor(41, 1),
        Aggregate = "ord_0123456789abcdefghjkmnpqrs",
        Version = 7,
        Sequence = 12,
        Type = "commerce.order.placed.v1",
        Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        CorrelationId = "c-1",
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        Data = """{"total":{"amount":1299,"currency":"EUR"}}"""u8.ToArray(),
    };

    [Fact]
    public void An_event_is_a_CloudEvent_that_any_library_reads()
    {
        var lines = Encoding.UTF8.GetString(CloudEvents.Frame(Placed)).Split('\n');
        Assert.Equal(["id: 41-1", "event: commerce.order.placed.v1"], lines[..2]);
        Assert.Equal(["", ""], lines[3..]);

        var read = new JsonEventFormatter().DecodeStructuredModeMessage(Encoding.UTF8.GetBytes(lines[2]["data: ".Length..]), null, null);

        Assert.True(read.IsValid);
        Assert.Equal(CloudEventsSpecVersion.V1_0, read.SpecVersion);
        Assert.Equal("ord_0123456789abcdefghjkmnpqrs/7/1", read.Id);
        Assert.Equal("/commerce", read.Source!.OriginalString);
        Assert.Equal("commerce.order.placed.v1", read.Type);
        Assert.Equal(Placed.Aggregate, read.Subject);
        Assert.Equal(Placed.Time, read.Time);
        Assert.Equal("commerce:/contracts/events/commerce.order.placed.v1.json", read.DataSchema!.OriginalString);
        Assert.Equal("application/json", read.DataContentType);
        Assert.Equal(Placed.TraceParent, read["traceparent"]);
        Assert.Equal("12", read["sequence"]);
        Assert.Equal("c-1", read["correlationid"]);
        Assert.Null(read["causationid"]);
        Assert.Equal("41-1", read["cursor"]);
        Assert.Equal(1299, ((JsonElement)read.Data!).GetProperty("total").GetProperty("amount").GetInt64());
    }
}
