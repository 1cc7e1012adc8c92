using System.Text.Json.Serialization;
using Commerce.Journal;
using static Commerce.Drops.DropStatus;

namespace Commerce.Drops;

/// <summary>What happens to a drop. Who takes a place is told by its rooms.</summary>
[JsonDerivedType(typeof(DropPlanned), "commerce.drop.planned.v1")]
[JsonDerivedType(typeof(DropScheduled), "commerce.drop.scheduled.v1")]
[JsonDerivedType(typeof(DropRefused), "commerce.drop.refused.v1")]
[JsonDerivedType(typeof(DropChanged), "commerce.drop.changed.v1")]
[JsonDerivedType(typeof(AllotmentRaised), "commerce.drop.allotment-raised.v1")]
[JsonDerivedType(typeof(DropOpened), "commerce.drop.opened.v1")]
[JsonDerivedType(typeof(DropSoldOut), "commerce.drop.sold-out.v1")]
[JsonDerivedType(typeof(DropReopened), "commerce.drop.reopened.v1")]
[JsonDerivedType(typeof(DropClosed), "commerce.drop.closed.v1")]
[JsonDerivedType(typeof(DropCancelled), "commerce.drop.cancelled.v1")]
[JsonDerivedType(typeof(DropTakenOff), "commerce.drop.taken-off.v1")]
[JsonDerivedType(typeof(PassesIssued), "commerce.drop.passes-issued.v1")]
[JsonDerivedType(typeof(PassRedeemed), "commerce.drop.pass-redeemed.v1")]
[JsonDerivedType(typeof(PassGivenBack), "commerce.drop.pass-given-back.v1")]
[JsonDerivedType(typeof(PassSpent), "commerce.drop.pass-spent.v1")]
[JsonDerivedType(typeof(PassesExpired), "commerce.drop.passes-expired.v1")]
[JsonDerivedType(typeof(EntryLeft), "commerce.drop.entry-left.v1")]
internal abstract record DropEvent;

internal sealed record DropPlanned(DropPlan Plan) : DropEvent;

internal sealed record DropScheduled : DropEvent;

internal sealed record DropRefused(string Code) : DropEvent;

internal sealed record DropChanged(DropPlan Plan) : DropEvent;

internal sealed record AllotmentRaised(int Allotment) : DropEvent;

/// <param name="Drawn">How many take part in the draw; 0 in a drop by arrival.</param>
/// <param name="Seed">What their order follows from, see <see cref="Lottery"/>; null: nobody is drawn.</param>
internal sealed record DropOpened(int Drawn, string? Seed) : DropEvent;

internal sealed record DropSoldOut : DropEvent;

internal sealed record DropReopened : DropEvent;

internal sealed record DropClosed : DropEvent;

internal sealed record DropCancelled : DropEvent;

/// <summary>The calendar knows that the drop is over.</summary>
internal sealed record DropTakenOff : DropEvent;

/// <param name="Passes">To whom, in the order of their places; one of 0 units was passed over, since its customer or address had all it can.</param>
/// <param name="Called">Places that have been called by now, those who left included.</param>
internal sealed record PassesIssued(ImmutableArray<IssuedPass> Passes, int Called, DateTimeOffset ExpiresAt) : DropEvent;

/// <param name="Customer">Whose units they count among: keyed hashes, in hex.</param>
/// <param name="Address">Null: none was given.</param>
internal sealed record IssuedPass(int Ticket, int Units, string Customer, string? Address = null);

/// <param name="Units">Of the drop's SKUs that the checkout buys.</param>
internal sealed record PassRedeemed(int Ticket, string CheckoutId, int Units) : DropEvent;

internal sealed record PassGivenBack(int Ticket, string CheckoutId) : DropEvent;

internal sealed record PassSpent(int Ticket, string CheckoutId, int Units) : DropEvent;

internal sealed record PassesExpired(ImmutableArray<int> Tickets) : DropEvent;

internal sealed record EntryLeft(int Ticket) : DropEvent;

/// <summary>A place that was called, or was given up.</summary>
/// <param name="Units">That it holds of the allotment, or bought.</param>
/// <param name="CheckoutId">Whose it is.</param>
internal sealed record Pass(PassStatus Status, int Units, DateTimeOffset ExpiresAt, string Customer, string? Address, string? CheckoutId = null, int Redeemed = 0)
{
    /// <summary>Checkouts that gave it back: should one of them present it late, it gets nothing.</summary>
    public ImmutableArray<string> GivenBackBy { get; init; } = [];
}

/// <summary>When a pass expires that nobody uses.</summary>
internal readonly record struct PassExpiry(DateTimeOffset At, int Ticket) : IComparable<PassExpiry>
{
    public int CompareTo(PassExpiry other) => At.CompareTo(other.At) is not 0 and var order ? order : Ticket.CompareTo(other.Ticket);
}

/// <summary>The rules of a drop. Pure: no clock, no storage.</summary>
/// <remarks>A pass holds its units from the moment it is issued, in the same event: whoever has a live pass is never refused for want of units.</remarks>
internal sealed record Drop : IAggregateState<Drop, DropEvent>
{
    /// <summary>How long after its last step an unfinished one is taken up again.</summary>
    private static readonly TimeSpan RecoverAfter = TimeSpan.FromSeconds(5);

    public static Drop Initial { get; } = new();

    public DropStatus Status { get; init; }
    public DropPlan Plan { get; init; } = new("", [], 0, default, default, DropOrder.Arrival, 1, 1, default);

    /// <summary>Places that have been called.</summary>
    public int Called { get; init; }

    /// <summary>Units that passes hold, live or redeemed.</summary>
    public int Out { get; init; }
    public int Sold { get; init; }

    /// <summary>Passes by ticket, and tickets that left.</summary>
    public ImmutableDictionary<int, Pass> Passes { get; init; } = ImmutableDictionary<int, Pass>.Empty;

    /// <summary>Live passes, the first to expire first.</summary>
    public ImmutableSortedSet<PassExpiry> Live { get; init; } = [];

    /// <summary>Units that passes hold or bought, by customer and by address.</summary>
    public ImmutableDictionary<string, int> Taken { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Passes that are live or redeemed.</summary>
    public int PassesOut { get; init; }

    /// <summary>Tickets that left before they were called, in no order.</summary>
    public ImmutableHashSet<int> LeftEarly { get; init; } = [];
    public int Drawn { get; init; }
    public string? Seed { get; init; }
    public bool IsOffCalendar { get; init; }

    /// <summary>Whether it ended with everything sold.</summary>
    public bool EndedSoldOut { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? OpenedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Units that nobody has.</summary>
    [JsonIgnore]
    public int Free => Plan.Allotment - Sold - Out;

    [JsonIgnore]
    public bool IsOver => Status is Closed or Cancelled;

    [JsonIgnore]
    public DateTimeOffset? WakeAt => Status switch
    {
        Planning => UpdatedAt + RecoverAfter,
        Scheduled => Plan.StartsAt,
        Open or SoldOut => FirstExpiry is { } expiry && expiry < Plan.EndsAt ? expiry : Plan.EndsAt,
        Closed or Cancelled when !IsOffCalendar => UpdatedAt + RecoverAfter,
        Closed => FirstExpiry,
        _ => null,
    };

    [JsonIgnore]
    public string? Violation =>
        Out < 0 || Sold < 0 ? $"a negative quantity: {Out} out, {Sold} sold"
        : Out + Sold > Plan.Allotment ? $"{Out} units out and {Sold} sold of {Plan.Allotment}"
        : null;

    private DateTimeOffset? FirstExpiry => Live.IsEmpty ? null : Live.Min.At;

    /// <summary>What may follow what in the life of a drop. A pair that is not listed is refused.</summary>
#pragma warning disable format // a table
    internal static DropStatus? Next(DropStatus from, Type happened) => (from, happened.Name) switch
    {
        // from                          what happened               to
        (None,                           nameof(DropPlanned))     => Planning,
        (Planning,                       nameof(DropScheduled))   => Scheduled,
        (Planning,                       nameof(DropRefused))     => Refused,
        (Scheduled,                      nameof(DropChanged))     => Scheduled,
        (Scheduled,                      nameof(DropOpened))      => Open,
        (Open,                           nameof(DropSoldOut))     => SoldOut,
        (SoldOut,                        nameof(DropReopened))    => Open,
        (Open or SoldOut,                nameof(DropClosed))      => Closed,
        (Scheduled or Open or SoldOut,   nameof(DropCancelled))   => Cancelled,
        // units and places
        (Scheduled or Open or SoldOut,   nameof(AllotmentRaised)) => from,
        (Open,                           nameof(PassesIssued))    => Open,
        (Open or SoldOut or Closed,      nameof(PassRedeemed))    => from,
        (Open or SoldOut or Closed or Cancelled, nameof(PassGivenBack)) => from,
        (Open or SoldOut or Closed or Cancelled, nameof(PassSpent))     => from,
        (Open or SoldOut or Closed,      nameof(PassesExpired))   => from,
        (Scheduled or Open or SoldOut or Closed, nameof(EntryLeft))     => from,
        (Closed or Cancelled,            nameof(DropTakenOff))    => from,
        _                                                         => null,
    };

    /// <summary>The same of a pass; null is a place that has not been called.</summary>
    internal static PassStatus? NextPass(PassStatus? from, Type happened) => (from, happened.Name) switch
    {
        // from                what happened               to
        (null,                 nameof(PassesIssued))    => PassStatus.Live,
        (null,                 nameof(EntryLeft))       => PassStatus.Left,
        (PassStatus.Live,      nameof(PassRedeemed))    => PassStatus.Redeemed,
        (PassStatus.Live,      nameof(PassesExpired))   => PassStatus.Expired,
        (PassStatus.Live,      nameof(PassGivenBack))   => PassStatus.Live, // it had not arrived, and never will
        (PassStatus.Live,      nameof(EntryLeft))       => PassStatus.Left,
        (PassStatus.Redeemed,  nameof(PassGivenBack))   => PassStatus.Live,
        (PassStatus.Redeemed,  nameof(PassSpent))       => PassStatus.Spent,
        _                                               => null,
    };
#pragma warning restore format

    /// <summary>Where persons' hashes are counted.</summary>
    public static string Hex(ulong hash) => hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Units that a customer and an address can still have.</summary>
    public int LeftOf(string customer, string? address) => Math.Max(0, Math.Min(
        Plan.LimitPerCustomer - Taken.GetValueOrDefault(customer),
        address is null ? int.MaxValue : Plan.LimitPerAddress - Taken.GetValueOrDefault(address)));

    public Pass? PassOf(int ticket) => Passes.GetValueOrDefault(ticket);

    /// <inheritdoc/>
    public Drop Apply(DropEvent happened, DateTimeOffset at)
    {
        var next = Next(Status, happened.GetType())
            ?? throw new CommerceException(CommonErrors.NotNow("drop", Status.ToString().ToLowerInvariant(), happened.GetType().Name, Allowed));
        return Remember(happened, at) with { Status = next, UpdatedAt = at };
    }

    /// <summary>What an operator may do now.</summary>
    [JsonIgnore]
    public ImmutableArray<string> Allowed => Status switch
    {
        Scheduled => ["change", "raise", "cancel"],
        Open or SoldOut => ["raise", "close", "cancel"],
        _ => [],
    };

    private Drop Remember(DropEvent happened, DateTimeOffset at) => happened switch
    {
        DropPlanned e => this with { Plan = e.Plan },
        DropChanged e => this with { Plan = e.Plan },
        AllotmentRaised e when e.Allotment >= Plan.Allotment => this with { Plan = Plan with { Allotment = e.Allotment } },
        AllotmentRaised e => throw new InvalidOperationException($"An allotment of {Plan.Allotment} cannot become {e.Allotment}."),
        DropOpened e => this with { Drawn = e.Drawn, Seed = e.Seed, OpenedAt = at },
        DropClosed => this with { EndedAt = at, EndedSoldOut = Status is SoldOut },
        DropCancelled => this with { EndedAt = at },
        DropRefused => this with { EndedAt = at, IsOffCalendar = true },
        DropTakenOff => this with { IsOffCalendar = true },
        PassesIssued e => e.Passes.Aggregate(this with { Called = e.Called }, (drop, pass) => drop.Issue(pass, e.ExpiresAt)),
        PassRedeemed e => Redeem(e),
        PassGivenBack e => GiveBack(e),
        PassSpent e => Spend(e),
        PassesExpired e => e.Tickets.Aggregate(this, static (drop, ticket) => drop.End(ticket, typeof(PassesExpired))),
        EntryLeft e => Leave(e.Ticket),
        _ => this,
    };

    private Drop Issue(IssuedPass issued, DateTimeOffset expiresAt)
    {
        Demand(issued.Ticket, typeof(PassesIssued));
        if (issued.Units == 0)
        {
            return this with { Passes = Passes.Add(issued.Ticket, new Pass(PassStatus.PassedOver, 0, expiresAt, issued.Customer, issued.Address)) };
        }

        return Count(issued.Customer, issued.Address, issued.Units) with
        {
            Passes = Passes.Add(issued.Ticket, new Pass(PassStatus.Live, issued.Units, expiresAt, issued.Customer, issued.Address)),
            Live = Live.Add(new PassExpiry(expiresAt, issued.Ticket)),
            Out = Out + issued.Units,
            PassesOut = PassesOut + 1,
        };
    }

    private Drop Redeem(PassRedeemed e)
    {
        var pass = Demand(e.Ticket, typeof(PassRedeemed))!;
        return e.Units < 1 || e.Units > pass.Units
            ? throw new InvalidOperationException($"A pass for {pass.Units} units does not buy {e.Units}.")
            : this with
            {
                Passes = Passes.SetItem(e.Ticket, pass with { Status = PassStatus.Redeemed, CheckoutId = e.CheckoutId, Redeemed = e.Units }),
                Live = Live.Remove(new PassExpiry(pass.ExpiresAt, e.Ticket)),
            };
    }

    private Drop GiveBack(PassGivenBack e)
    {
        var pass = Demand(e.Ticket, typeof(PassGivenBack))!;
        return this with
        {
            Passes = Passes.SetItem(e.Ticket, pass with { Status = PassStatus.Live, CheckoutId = null, Redeemed = 0, GivenBackBy = pass.GivenBackBy.Add(e.CheckoutId) }),
            Live = Live.Add(new PassExpiry(pass.ExpiresAt, e.Ticket)),
        };
    }

    private Drop Spend(PassSpent e)
    {
        var pass = Demand(e.Ticket, typeof(PassSpent))!;
        return Count(pass.Customer, pass.Address, e.Units - pass.Units) with
        {
            Passes = Passes.SetItem(e.Ticket, pass with { Status = PassStatus.Spent, Units = e.Units, GivenBackBy = [] }),
            Out = Out - pass.Units,
            Sold = Sold + e.Units,
            PassesOut = PassesOut - 1,
        };
    }

    private Drop Leave(int ticket)
    {
        Demand(ticket, typeof(EntryLeft));
        return Passes.ContainsKey(ticket)
            ? End(ticket, typeof(EntryLeft))
            : this with { Passes = Passes.Add(ticket, new Pass(PassStatus.Left, 0, default, "", null)), LeftEarly = LeftEarly.Add(ticket) };
    }

    /// <summary>A live pass ends unused, and lets go of its units.</summary>
    private Drop End(int ticket, Type why)
    {
        var pass = Demand(ticket, why)!;
        return Count(pass.Customer, pass.Address, -pass.Units) with
        {
            Passes = Passes.SetItem(ticket, pass with { Status = NextPass(PassStatus.Live, why)!.Value, GivenBackBy = [] }),
            Live = Live.Remove(new PassExpiry(pass.ExpiresAt, ticket)),
            Out = Out - pass.Units,
            PassesOut = PassesOut - 1,
        };
    }

    private Drop Count(string customer, string? address, int units) => units == 0 ? this : this with
    {
        Taken = address is null ? Add(Taken, customer, units) : Add(Add(Taken, customer, units), address, units),
    };

    private static ImmutableDictionary<string, int> Add(ImmutableDictionary<string, int> sums, string key, int units) =>
        sums.GetValueOrDefault(key) + units is not 0 and var sum ? sums.SetItem(key, sum) : sums.Remove(key);

    private Pass? Demand(int ticket, Type happened)
    {
        var pass = PassOf(ticket);
        return NextPass(pass?.Status, happened) is not null ? pass : throw new CommerceException(
            CommonErrors.NotNow("pass", pass?.Status.ToString().ToLowerInvariant() ?? "unknown", happened.Name, []));
    }
}
