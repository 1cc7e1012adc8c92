namespace Commerce.Drops;

/// <summary>
/// A flash sale with a waiting room: so many units, from a time to a time, sold to those whose turn it is. Keyed by <c>drp_…</c>.
/// </summary>
/// <remarks>
/// Every method may be repeated. What many callers ask at once becomes one commit. Reads never wait for commits. A call that cannot be honoured throws
/// <see cref="CommerceException"/> with a code of <see cref="DropErrors"/>.
/// </remarks>
[Alias("commerce.drop"), GrainInterfaceType("commerce.drop")]
public interface IDropGrain : IGrainWithStringKey
{
    /// <summary>Schedules the drop; from then on its SKUs are sold to holders of a pass only. Refused as <c>drop-overlaps</c> and <c>insufficient-stock</c>.</summary>
    [Alias("schedule")]
    Task<Reply<DropView>> Schedule(Request request, DropPlan plan);

    /// <summary>Replaces the plan of a drop that has not opened.</summary>
    [Alias("change")]
    Task<Reply<DropView>> Change(Request request, DropPlan plan);

    /// <summary>More units, until the drop ends. Those who wait are served at once.</summary>
    /// <param name="allotment">Units in all; not fewer than before.</param>
    [Alias("raise")]
    Task<Reply<DropView>> Raise(Request request, int allotment);

    /// <summary>Ends the drop: passes that nobody has begun to pay with are void.</summary>
    [Alias("cancel")]
    Task<Reply<DropView>> Cancel(Request request);

    /// <summary>Ends the drop before its time. Passes that are out keep their word until they expire.</summary>
    [Alias("close")]
    Task<Reply<DropView>> Close(Request request);

    /// <summary>Null when there is no such drop.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<DropView?> Get();

    /// <summary>What a front end needs to tell a hundred thousand people where they stand without asking again for each; null when there is no such drop.</summary>
    [Alias("front"), AlwaysInterleave]
    Task<DropFront?> Front();

    /// <summary>Takes a place. Who has one already (by customer, address or device) is answered with that one.</summary>
    [Alias("enter")]
    Task<EntryView> Enter(EnterDrop command);

    /// <summary>How an entry stands; null when there is none.</summary>
    [Alias("entry"), AlwaysInterleave]
    Task<EntryView?> Entry(int ticket);

    /// <summary>Gives the place, or the pass, to the next.</summary>
    [Alias("leave")]
    Task<EntryView> Leave(int ticket);

    /// <summary>A checkout presents a pass: from now on it is that checkout's. Null when it is; otherwise why not, a code of <see cref="DropErrors"/>.</summary>
    [Alias("redeem")]
    Task<string?> Redeem(RedeemPass command);

    /// <summary>The order is certain: what the checkout redeemed is sold.</summary>
    [Alias("spend")]
    Task Spend(int ticket, string checkoutId);

    /// <summary>The checkout came to nothing, whether or not its pass had arrived: the pass is the shopper's again for as long as it lives.</summary>
    [Alias("give-back")]
    Task GiveBack(int ticket, string checkoutId);
}

/// <param name="Allotment">Units in all, of whatever SKUs.</param>
/// <param name="LimitPerCustomer">Units that one customer can buy in this drop.</param>
/// <param name="LimitPerAddress">Units that can go to one address.</param>
/// <param name="PassLifetime">How long a pass waits to be used before it goes to the next.</param>
/// <param name="Code">What an entry has to say to be let in; null: nothing.</param>
[GenerateSerializer, Immutable, Alias("commerce.drop.plan")]
public sealed record DropPlan(
    [property: Id(0)] string Name,
    [property: Id(1)] ImmutableArray<string> Skus,
    [property: Id(2)] int Allotment,
    [property: Id(3)] DateTimeOffset StartsAt,
    [property: Id(4)] DateTimeOffset EndsAt,
    [property: Id(5)] DropOrder Order,
    [property: Id(6)] int LimitPerCustomer,
    [property: Id(7)] int LimitPerAddress,
    [property: Id(8)] TimeSpan PassLifetime,
    [property: Id(9)] string? Code = null);

/// <summary>A drop as operators see it, with its counts as they are stored.</summary>
[GenerateSerializer, Immutable, Alias("commerce.drop.view")]
public sealed record DropView
{
    [Id(0)] public string Id { get; init; } = "";
    [Id(1)] public long Version { get; init; }
    [Id(2)] public DropStatus Status { get; init; }
    [Id(3)] public DropPlan Plan { get; init; } = new("", [], 0, default, default, DropOrder.Arrival, 1, 1, default);

    /// <summary>Entries that have not been called and have not left.</summary>
    [Id(4)] public int Waiting { get; init; }

    /// <summary>Passes that can be used or are being used.</summary>
    [Id(5)] public int PassesOut { get; init; }

    /// <summary>Units that those passes are for.</summary>
    [Id(6)] public int UnitsOut { get; init; }
    [Id(7)] public int Sold { get; init; }

    /// <summary>Entries that were ever taken.</summary>
    [Id(8)] public int Entries { get; init; }

    /// <summary>Passes a minute, as measured over the last two; null while that is not known.</summary>
    [Id(9)] public int? PassesPerMinute { get; init; }
    [Id(10)] public DateTimeOffset? OpenedAt { get; init; }
    [Id(11)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What the order of those who came before the start follows from, once it was drawn (hex).</summary>
    [Id(12)] public string? Seed { get; init; }

    /// <summary>How many took part in the draw.</summary>
    [Id(13)] public int Drawn { get; init; }
}

/// <summary>Where the queue of a drop stands.</summary>
[GenerateSerializer, Immutable, Alias("commerce.drop.front")]
public sealed record DropFront
{
    [Id(0)] public DropStatus Status { get; init; }
    [Id(1)] public string Name { get; init; } = "";
    [Id(2)] public ImmutableArray<string> Skus { get; init; } = [];
    [Id(3)] public DateTimeOffset StartsAt { get; init; }
    [Id(4)] public DateTimeOffset EndsAt { get; init; }
    [Id(5)] public DropOrder Order { get; init; }

    /// <summary>Places that have been called.</summary>
    [Id(6)] public int Called { get; init; }

    /// <summary>Tickets that have been given out.</summary>
    [Id(7)] public int Tickets { get; init; }
    [Id(8)] public string? Seed { get; init; }
    [Id(9)] public int Drawn { get; init; }
    [Id(10)] public int? PassesPerMinute { get; init; }

    /// <summary>Units that are not sold.</summary>
    [Id(11)] public int UnitsLeft { get; init; }

    /// <summary>Tickets that left before they were called.</summary>
    [Id(12)] public ImmutableArray<int> Left { get; init; } = [];

    /// <summary>Whether everything was sold when it ended.</summary>
    [Id(13)] public bool SoldOut { get; init; }
    [Id(14)] public int LimitPerCustomer { get; init; }
    [Id(15)] public bool NeedsCode { get; init; }
}

/// <summary>Somebody wants a place. Persons are keyed hashes here: nothing tells who they are.</summary>
/// <param name="Owner">Of whoever asks, and may see the entry afterwards.</param>
/// <param name="Customer">Of the customer or the e-mail address.</param>
/// <param name="Address">Of the postal address; 0: none was given.</param>
/// <param name="Device">Of the device reference; 0: none was given.</param>
/// <param name="Units">Wanted.</param>
[GenerateSerializer, Immutable, Alias("commerce.drop.enter")]
public sealed record EnterDrop(
    [property: Id(0)] ulong Owner,
    [property: Id(1)] ulong Customer,
    [property: Id(2)] ulong Address,
    [property: Id(3)] ulong Device,
    [property: Id(4)] int Units,
    [property: Id(5)] string? Code = null);

/// <param name="Ticket">Number of the entry in the order of arrival, from 0.</param>
/// <param name="Owner">As it was entered.</param>
/// <param name="Units">Of the pass once there is one, else as wanted.</param>
/// <param name="ExpiresAt">Of the pass, while it can be used.</param>
/// <param name="Repeated">Whether the place was there before.</param>
[GenerateSerializer, Immutable, Alias("commerce.drop.entry")]
public sealed record EntryView(
    [property: Id(0)] int Ticket,
    [property: Id(1)] ulong Owner,
    [property: Id(2)] EntryStatus Status,
    [property: Id(3)] int Units,
    [property: Id(4)] DateTimeOffset? ExpiresAt,
    [property: Id(5)] bool Repeated);

/// <summary>What a checkout buys with a pass.</summary>
/// <param name="Lines">Everything that it buys: which of it is the drop's, the drop knows.</param>
[GenerateSerializer, Immutable, Alias("commerce.drop.redeem")]
public sealed record RedeemPass(
    [property: Id(0)] int Ticket,
    [property: Id(1)] string CheckoutId,
    [property: Id(2)] ImmutableArray<RedeemedLine> Lines);

[GenerateSerializer, Immutable, Alias("commerce.drop.redeemed-line")]
public sealed record RedeemedLine([property: Id(0)] string Sku, [property: Id(1)] int Quantity);

/// <summary>A pass whose signature was checked, as a checkout carries it. Whether it still counts is the drop's to say.</summary>
/// <param name="Ticket">Number of the entry that it was given to.</param>
[GenerateSerializer, Immutable, Alias("commerce.drop.pass")]
public sealed record DropPass(
    [property: Id(0)] string DropId,
    [property: Id(1)] int Ticket,
    [property: Id(2)] int Units,
    [property: Id(3)] DateTimeOffset ExpiresAt);

/// <summary>Every drop, so that no two sell the same SKU at the same time.</summary>
[Alias("commerce.drop-calendar"), GrainInterfaceType("commerce.drop-calendar")]
public interface IDropCalendarGrain : IGrainWithStringKey
{
    /// <summary>Enters a drop, or changes its dates. False when another has one of the SKUs at that time.</summary>
    [Alias("book")]
    Task<bool> Book(CalendarDrop drop);

    /// <summary>The drop is over: its SKUs are sold to everybody again.</summary>
    [Alias("end")]
    Task End(string dropId);

    /// <summary>Drops that are not over; null when nothing has changed since that version.</summary>
    [Alias("current"), AlwaysInterleave]
    Task<CalendarPage?> Current(long since);

    /// <summary>Ids of all drops, the last one booked first.</summary>
    [Alias("all"), AlwaysInterleave]
    Task<Page<string>> All(PageRequest page);
}

[GenerateSerializer, Immutable, Alias("commerce.drop-calendar.drop")]
public sealed record CalendarDrop(
    [property: Id(0)] string Id,
    [property: Id(1)] ImmutableArray<string> Skus,
    [property: Id(2)] DateTimeOffset StartsAt,
    [property: Id(3)] DateTimeOffset EndsAt);

[GenerateSerializer, Immutable, Alias("commerce.drop-calendar.page")]
public sealed record CalendarPage([property: Id(0)] long Version, [property: Id(1)] ImmutableArray<CalendarDrop> Drops);

/// <summary>A part of a waiting room: so many entries in the order in which they came. One that is full is never written again.</summary>
[Alias("commerce.drop-room"), GrainInterfaceType("commerce.drop-room")]
public interface IDropRoomGrain : IGrainWithStringKey
{
    /// <summary>Stores entries behind the first <paramref name="after"/>. Stored already, it is a read; anything else there refuses it.</summary>
    [Alias("append")]
    Task Append(int after, byte[] entries);

    /// <summary>Every entry, encoded as they were appended.</summary>
    [Alias("read"), AlwaysInterleave]
    Task<byte[]> Read();
}

public static class DropGrains
{
    extension(IGrainFactory grains)
    {
        public IDropGrain Drop(string id) => grains.GetGrain<IDropGrain>(id);

        /// <summary>The shop's one calendar.</summary>
        public IDropCalendarGrain DropCalendar() => grains.GetGrain<IDropCalendarGrain>(Identity.DropCalendar + "shop");

        /// <summary>The part of a drop's waiting room of that number, from 0.</summary>
        public IDropRoomGrain DropRoom(string dropId, int number) =>
            grains.GetGrain<IDropRoomGrain>(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{dropId.As(Identity.DropRoom)}:{number}"));
    }
}
