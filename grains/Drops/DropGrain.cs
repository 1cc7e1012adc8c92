using System.Security.Cryptography;
using Commerce.Inventory;
using Commerce.Journal;

namespace Commerce.Drops;

/// <inheritdoc cref="IDropGrain"/>
/// <remarks>
/// <para>Two journals in one: what happens to the drop and its passes is its own history; who takes a place is stored by its rooms, many in one commit, and held here in memory.</para>
/// <para>Reentrant: a call decides without awaiting, and waits for the commit that carries its decision. A place is given by this activation alone: should there be another for a
/// moment, the room takes the entries of one of them, and the other begins again.</para>
/// </remarks>
[GrainType("drop"), Reentrant, CollectionAgeLimit(Minutes = 60)]
internal sealed partial class DropGrain(DropBoard board, ILogger<DropGrain> logger) : AggregateGrain<Drop, DropEvent>, IDropGrain
{
    /// <summary>Most passes that one commit issues or lets expire: the rest follow in the next.</summary>
    private const int Most = 500;

    private readonly Pace pace = new();
    private Task? ticking;

    /// <summary>Ticket of every drawn place, and place of every drawn ticket.</summary>
    private (int[] Tickets, int[] Places) drawn = ([], []);

    protected override int SnapshotEvery => Math.Max(500, State.Passes.Count / 20);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        if (State.Status is not (DropStatus.None or DropStatus.Planning or DropStatus.Refused))
        {
            await ReadRooms();
        }

        Draw();
    }

    public async Task<Reply<DropView>> Schedule(Request request, DropPlan plan)
    {
        var repeated = IsRepeated(request);
        if (State.Status is DropStatus.None)
        {
            Demand(plan);
            await DemandStock(plan);
            if (State.Status is DropStatus.None)
            {
                await Commit(request, new DropPlanned(plan));
            }
        }

        await Book();
        return State.Status is DropStatus.Refused ? throw new CommerceException(DropErrors.Overlaps) : new Reply<DropView>(View(), repeated);
    }

    public async Task<Reply<DropView>> Change(Request request, DropPlan plan)
    {
        var repeated = Demand(request);
        if (!repeated)
        {
            Demand(plan);
            DemandAllowed("change");
            await DemandStock(plan);
            if (!await GrainFactory.DropCalendar().Book(Booking(plan)))
            {
                throw new CommerceException(DropErrors.Overlaps);
            }

            await Commit(request, new DropChanged(plan));
            await board.Follow();
        }

        return new Reply<DropView>(View(), repeated);
    }

    public async Task<Reply<DropView>> Raise(Request request, int allotment)
    {
        var repeated = Demand(request);
        if (!repeated)
        {
            DemandAllowed("raise");
            if (allotment < State.Plan.Allotment)
            {
                throw new CommerceException(new CommerceError("invalid-value", ErrorKind.Invalid, $"The allotment is {State.Plan.Allotment}, and only ever grows.") { Pointer = "/allotment" });
            }

            var reserved = State.Passes.Values.Where(static pass => pass.Status is PassStatus.Redeemed).Sum(static pass => pass.Redeemed);
            await DemandStock(State.Plan with { Allotment = allotment - State.Sold - reserved });
            await Commit(request, State.Status is DropStatus.SoldOut && allotment > State.Sold ? [new AllotmentRaised(allotment), new DropReopened()] : [new AllotmentRaised(allotment)]);
            await Serve();
        }

        return new Reply<DropView>(View(), repeated);
    }

    public async Task<Reply<DropView>> Cancel(Request request)
    {
        var repeated = Demand(request);
        if (!repeated)
        {
            DemandAllowed("cancel");
            await Commit(request, new DropCancelled());
            await TakeOff();
        }

        return new Reply<DropView>(View(), repeated);
    }

    public async Task<Reply<DropView>> Close(Request request)
    {
        var repeated = Demand(request);
        if (!repeated)
        {
            DemandAllowed("close");
            await Commit(request, new DropClosed());
            await TakeOff();
        }

        return new Reply<DropView>(View(), repeated);
    }

    public Task<DropView?> Get() => Task.FromResult(Durable.Status is DropStatus.None or DropStatus.Refused ? null : View());

    public Task<DropFront?> Front() => Task.FromResult(Durable.Status is DropStatus.None or DropStatus.Planning or DropStatus.Refused ? null : FrontNow());

    public override Task Wake() => Tick();

    /// <summary>Whatever the time has brought, once at a time.</summary>
    private Task Tick() => ticking is { IsCompleted: false } ? ticking : ticking = TickOnce();

    private async Task TickOnce()
    {
        try
        {
            if (State.Status is DropStatus.Planning)
            {
                await Book();
            }

            if (State.Status is DropStatus.Scheduled && Now >= State.Plan.StartsAt)
            {
                await Open();
            }

            while (State.Status is DropStatus.Open or DropStatus.SoldOut or DropStatus.Closed && Due() is { IsEmpty: false } due)
            {
                await Commit(new PassesExpired(due));
            }

            if (State.Status is DropStatus.Open or DropStatus.SoldOut && Now >= State.Plan.EndsAt)
            {
                await Commit(new DropClosed());
            }

            if (State.IsOver)
            {
                await TakeOff();
            }

            await Serve();
        }
        catch (Exception failure)
        {
            logger.DropInterrupted(Id, failure); // the wake-up that is stored takes over
        }
    }

    private ImmutableArray<int> Due()
    {
        var now = Now;
        return [.. State.Live.TakeWhile(expiry => expiry.At <= now).Take(Most).Select(static expiry => expiry.Ticket)];
    }

    /// <summary>Those who came before this moment take part in the draw; whoever comes later is behind them.</summary>
    private async Task Open()
    {
        await Stored();
        if (State.Status is not DropStatus.Scheduled)
        {
            return;
        }

        var drawing = State.Plan.Order is DropOrder.Lottery && stored > 0;
        var opening = Commit(new DropOpened(drawing ? stored : 0, drawing ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) : null));
        Draw();
        await opening;
        logger.Opened(Id, stored, State.Drawn);
    }

    private void Draw()
    {
        if (State.Seed is { } seed && drawn.Places.Length != State.Drawn)
        {
            var places = Lottery.Places(seed, State.Drawn);
            drawn = (Lottery.Tickets(places), places);
        }
    }

    /// <summary>Calls as many as there are units for.</summary>
    private async Task Serve()
    {
        while (State.Status is DropStatus.Open && Turns() is { } turns)
        {
            await Commit(turns);
        }

        if (State.Status is DropStatus.Open)
        {
            pace.Note(Now, State.Called);
        }
    }

    private PassesIssued? Turns()
    {
        var (free, place, passes) = (State.Free, State.Called, ImmutableArray.CreateBuilder<IssuedPass>());
        for (; free > 0 && place < stored && passes.Count < Most; place++)
        {
            var ticket = place < drawn.Tickets.Length ? drawn.Tickets[place] : place;
            if (State.PassOf(ticket) is not null)
            {
                continue; // left before its turn
            }

            var entry = room[ticket];
            var (customer, address) = (Drop.Hex(entry.Customer), entry.Address == 0 ? null : Drop.Hex(entry.Address));
            var units = Math.Min(Math.Min(entry.Units, free), State.LeftOf(customer, address));
            passes.Add(new IssuedPass(ticket, units, customer, address));
            free -= units;
        }

        return place == State.Called ? null : new PassesIssued(passes.DrainToImmutable(), place, Now + State.Plan.PassLifetime);
    }

    private static void Demand(DropPlan plan)
    {
        if (plan.EndsAt <= plan.StartsAt)
        {
            throw new CommerceException(new CommerceError("invalid-value", ErrorKind.Invalid, "A drop ends after it has started.") { Pointer = "/endsAt" });
        }
    }

    private async Task DemandStock(DropPlan plan)
    {
        var available = await Task.WhenAll(plan.Skus.Select(sku => GrainFactory.Stock(sku).Available()));
        if (available.Sum(static units => (long)units) is var sum && sum < plan.Allotment)
        {
            throw new CommerceException(DropErrors.NotEnoughStock((int)Math.Min(sum, int.MaxValue), plan.Allotment));
        }
    }

    private bool Demand(Request request) => Durable.Status is DropStatus.None or DropStatus.Planning or DropStatus.Refused
        ? throw new CommerceException(CommonErrors.NotFound(Id))
        : IsRepeated(request);

    private void DemandAllowed(string step)
    {
        if (!State.Allowed.Contains(step))
        {
            throw new CommerceException(CommonErrors.NotNow("drop", State.Status.ToString().ToLowerInvariant(), step, State.Allowed));
        }
    }

    private CalendarDrop Booking(DropPlan plan) => new(Id, plan.Skus, plan.StartsAt, plan.EndsAt);

    private async Task Book()
    {
        if (State.Status is not DropStatus.Planning)
        {
            return;
        }

        var booked = await GrainFactory.DropCalendar().Book(Booking(State.Plan));
        if (State.Status is DropStatus.Planning)
        {
            await Commit(booked ? new DropScheduled() : new DropRefused(DropErrors.Overlaps.Code));
            await board.Follow(); // this silo knows it when the operator does
        }
    }

    private async Task TakeOff()
    {
        if (!State.IsOffCalendar)
        {
            await GrainFactory.DropCalendar().End(Id);
            if (!State.IsOffCalendar)
            {
                await Commit(new DropTakenOff());
                await board.Follow();
            }
        }
    }

    private DropView View() => new()
    {
        Id = Id,
        Version = Version,
        Status = Durable.Status,
        Plan = Durable.Plan,
        Waiting = Math.Max(0, stored - Durable.Called - LeftAhead().Length),
        PassesOut = Durable.PassesOut,
        UnitsOut = Durable.Out,
        Sold = Durable.Sold,
        Entries = stored,
        PassesPerMinute = pace.PerMinute(Now, Durable.Called),
        OpenedAt = Durable.OpenedAt,
        EndedAt = Durable.EndedAt,
        Seed = Durable.Seed,
        Drawn = Durable.Drawn,
    };

    private DropFront FrontNow() => new()
    {
        Status = Durable.Status,
        Name = Durable.Plan.Name,
        Skus = Durable.Plan.Skus,
        StartsAt = Durable.Plan.StartsAt,
        EndsAt = Durable.Plan.EndsAt,
        Order = Durable.Plan.Order,
        Called = Durable.Called,
        Tickets = stored,
        Seed = Durable.Seed,
        Drawn = Durable.Drawn,
        PassesPerMinute = pace.PerMinute(Now, Durable.Called),
        UnitsLeft = Durable.Plan.Allotment - Durable.Sold,
        Left = LeftAhead(),
        SoldOut = Durable.EndedSoldOut,
        LimitPerCustomer = Durable.Plan.LimitPerCustomer,
        NeedsCode = Durable.Plan.Code is not null,
    };

    /// <summary>Those who left and whose turn has not come.</summary>
    private ImmutableArray<int> LeftAhead() => Durable.LeftEarly.IsEmpty ? [] : [.. Durable.LeftEarly.Where(ticket => PlaceOf(ticket) >= Durable.Called)];

    private int PlaceOf(int ticket) => ticket < drawn.Places.Length ? drawn.Places[ticket] : ticket;
}
