using System.Text.Json.Serialization;

namespace Commerce.Drops;

/// <summary>Who is served first. Numbers are on the wire: append only.</summary>
[GenerateSerializer, Alias("commerce.drop.order"), JsonConverter(typeof(JsonStringEnumConverter<DropOrder>))]
public enum DropOrder
{
    /// <summary>Whoever came first.</summary>
    [JsonStringEnumMemberName("arrival")] Arrival = 0,

    /// <summary>Those who came before the start in an order that is drawn then; whoever comes later behind them.</summary>
    [JsonStringEnumMemberName("lottery")] Lottery = 1,
}

[GenerateSerializer, Alias("commerce.drop.status"), JsonConverter(typeof(JsonStringEnumConverter<DropStatus>))]
public enum DropStatus
{
    [JsonStringEnumMemberName("none")] None = 0,

    /// <summary>The calendar is being asked.</summary>
    [JsonStringEnumMemberName("planning")] Planning = 1,

    /// <summary>The calendar had another drop of one of the SKUs at that time.</summary>
    [JsonStringEnumMemberName("refused")] Refused = 2,
    [JsonStringEnumMemberName("scheduled")] Scheduled = 3,
    [JsonStringEnumMemberName("open")] Open = 4,

    /// <summary>Everything is sold; more units open it again until its end.</summary>
    [JsonStringEnumMemberName("sold_out")] SoldOut = 5,
    [JsonStringEnumMemberName("closed")] Closed = 6,
    [JsonStringEnumMemberName("cancelled")] Cancelled = 7,
}

/// <summary>What somebody in a waiting room is told.</summary>
[GenerateSerializer, Alias("commerce.drop.entry-status"), JsonConverter(typeof(JsonStringEnumConverter<EntryStatus>))]
public enum EntryStatus
{
    [JsonStringEnumMemberName("waiting")] Waiting = 0,

    /// <summary>There is a pass.</summary>
    [JsonStringEnumMemberName("admitted")] Admitted = 1,

    /// <summary>A checkout is under way with the pass.</summary>
    [JsonStringEnumMemberName("buying")] Buying = 2,
    [JsonStringEnumMemberName("bought")] Bought = 3,

    /// <summary>The pass was not used in time.</summary>
    [JsonStringEnumMemberName("expired")] Expired = 4,
    [JsonStringEnumMemberName("left")] Left = 5,

    /// <summary>The customer or the address had bought all that it can.</summary>
    [JsonStringEnumMemberName("limit_reached")] LimitReached = 6,
    [JsonStringEnumMemberName("sold_out")] SoldOut = 7,
    [JsonStringEnumMemberName("closed")] Closed = 8,
    [JsonStringEnumMemberName("cancelled")] Cancelled = 9,
}

/// <summary>The life of a pass. Numbers are in snapshots: append only.</summary>
public enum PassStatus
{
    /// <summary>The shopper's, to be used until it expires.</summary>
    [JsonStringEnumMemberName("live")] Live = 0,

    /// <summary>A checkout's: it does not expire while that is under way.</summary>
    [JsonStringEnumMemberName("redeemed")] Redeemed = 1,
    [JsonStringEnumMemberName("spent")] Spent = 2,
    [JsonStringEnumMemberName("expired")] Expired = 3,

    /// <summary>The shopper left, called or not.</summary>
    [JsonStringEnumMemberName("left")] Left = 4,

    /// <summary>Called, and had bought all that it can.</summary>
    [JsonStringEnumMemberName("passed_over")] PassedOver = 5,
}
