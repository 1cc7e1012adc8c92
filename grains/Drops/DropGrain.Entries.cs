using System.Security.Cryptography;
using System.Text;

namespace Commerce.Drops;

/// <summary>The waiting room of a drop: places are given in memory and told once they are stored.</summary>
internal sealed partial class DropGrain
{
    private WaitingRoom room = new();

    /// <summary>Entries that are stored.</summary>
    private int stored;

    private Wave? coming;
    private Wave? underWay;
    private CommerceException? lost;

    public async Task<EntryView> Enter(EnterDrop command)
    {
        DemandKnown(command.Code);
        var entry = new Entry(command.Owner, command.Customer, command.Address, command.Device, (byte)Math.Clamp(command.Units, 1, Math.Min(State.Plan.LimitPerCustomer, byte.MaxValue)));
        if (room.Find(entry, Counts) is { } known)
        {
            await StoredWith(known);
            return Shown(known, repeated: true);
        }

        DemandOpenDoors();
        if (State.LeftOf(Drop.Hex(entry.Customer), entry.Address == 0 ? null : Drop.Hex(entry.Address)) == 0)
        {
            throw new CommerceException(DropErrors.LimitReached);
        }

        var ticket = room.Add(entry);
        coming ??= new Wave();
        coming.Entries.Add(entry);
        var wave = coming;
        if (underWay is null)
        {
            _ = Store();
        }

        await wave.Done.Task;
        if (State.Status is DropStatus.Open && State.Free > 0)
        {
            await Serve(); // an entry that finds units is called at once
            await Settled();
        }

        return Shown(ticket, repeated: false);
    }

    public async Task<EntryView?> Entry(int ticket)
    {
        if (ticket < 0 || ticket >= stored)
        {
            return null;
        }

        if (State.Status is DropStatus.Scheduled && Now >= State.Plan.StartsAt)
        {
            await Tick();
        }

        return Shown(ticket, repeated: true);
    }

    public async Task<EntryView> Leave(int ticket)
    {
        if (ticket < 0 || ticket >= stored)
        {
            throw new CommerceException(CommonErrors.NotFound(Id));
        }

        switch (State.PassOf(ticket)?.Status)
        {
            case null or PassStatus.Live when State.Status is DropStatus.Scheduled or DropStatus.Open or DropStatus.SoldOut or DropStatus.Closed:
                await Commit(new EntryLeft(ticket));
                await Serve();
                break;
            case PassStatus.Redeemed:
                throw new CommerceException(CommonErrors.NotNow("entry", "buying", "leave", []));
            default:
                await Settled();
                break;
        }

        return Shown(ticket, repeated: true);
    }

    public async Task<string?> Redeem(RedeemPass command)
    {
        var pass = State.PassOf(command.Ticket);
        var units = command.Lines.Where(line => State.Plan.Skus.Contains(line.Sku, StringComparer.Ordinal)).Sum(static line => line.Quantity);
        string? refused = pass switch
        {
            null => DropErrors.Foreign,
            { Status: PassStatus.Redeemed or PassStatus.Spent } => pass.CheckoutId == command.CheckoutId ? null : DropErrors.Used,
            { Status: PassStatus.Live } when pass.GivenBackBy.Contains(command.CheckoutId) => DropErrors.Used, // it comes after its end
            { Status: PassStatus.Live } when pass.ExpiresAt <= Now || State.Status is DropStatus.Cancelled => DropErrors.Expired,
            { Status: PassStatus.Live } when units == 0 => DropErrors.Foreign,
            { Status: PassStatus.Live } => units > pass.Units ? DropErrors.TooSmall : null,
            _ => DropErrors.Expired,
        };
        if (refused is null && pass!.Status is PassStatus.Live)
        {
            await Commit(new PassRedeemed(command.Ticket, command.CheckoutId, units));
            return null;
        }

        await Settled();
        if (refused is not null)
        {
            await DemandCurrent();
        }

        return refused;
    }

    public async Task Spend(int ticket, string checkoutId)
    {
        if (State.PassOf(ticket) is { Status: PassStatus.Redeemed } pass && pass.CheckoutId == checkoutId)
        {
            await (State.Status is DropStatus.Open && State.Sold + pass.Redeemed == State.Plan.Allotment
                ? Commit(new PassSpent(ticket, checkoutId, pass.Redeemed), new DropSoldOut())
                : Commit(new PassSpent(ticket, checkoutId, pass.Redeemed)));
            await Serve(); // a pass may buy less than it is for
            return;
        }

        await Settled();
        if (State.PassOf(ticket) is not { Status: PassStatus.Spent })
        {
            await DemandCurrent();
        }
    }

    public async Task GiveBack(int ticket, string checkoutId)
    {
        switch (State.PassOf(ticket))
        {
            case { Status: PassStatus.Redeemed } pass when pass.CheckoutId == checkoutId:
            case { Status: PassStatus.Live } early when !early.GivenBackBy.Contains(checkoutId): // or it would be redeemed by a call that comes after this one
                await Commit(new PassGivenBack(ticket, checkoutId));
                break;
            default:
                await Settled();
                break;
        }
    }

    private void DemandKnown(string? said)
    {
        if (lost is not null)
        {
            throw lost;
        }

        if (State.Status is DropStatus.None or DropStatus.Planning or DropStatus.Refused)
        {
            throw new CommerceException(CommonErrors.NotFound(Id));
        }

        if (State.Plan.Code is { } code && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(code), Encoding.UTF8.GetBytes(said ?? "")))
        {
            throw new CommerceException(DropErrors.WrongCode);
        }
    }

    private void DemandOpenDoors()
    {
        if (State.Status is not (DropStatus.Scheduled or DropStatus.Open) || Now >= State.Plan.EndsAt)
        {
            throw new CommerceException(DropErrors.Over(State.Status));
        }

        if (State.Status is DropStatus.Scheduled && Now >= State.Plan.StartsAt)
        {
            _ = Tick();
        }
    }

    /// <summary>Whether an entry still is its owner's place: one that has ended leaves room for another.</summary>
    private bool Counts(int ticket) => State.PassOf(ticket) is null or { Status: PassStatus.Live or PassStatus.Redeemed };

    /// <summary>One wave after another: whoever comes while one is under way goes out with the next.</summary>
    private async Task Store()
    {
        while (coming is { } wave)
        {
            (underWay, coming) = (wave, null);
            try
            {
                var bytes = new byte[wave.Entries.Count * Drops.Entry.Size];
                for (var i = 0; i < wave.Entries.Count; i++)
                {
                    wave.Entries[i].Write(bytes.AsSpan(i * Drops.Entry.Size));
                }

                for (var done = 0; done < wave.Entries.Count;)
                {
                    var (number, after) = (stored / DropRoom.Capacity, stored % DropRoom.Capacity);
                    var count = Math.Min(wave.Entries.Count - done, DropRoom.Capacity - after);
                    await GrainFactory.DropRoom(Id, number).Append(after, bytes[(done * Drops.Entry.Size)..((done + count) * Drops.Entry.Size)]);
                    (stored, done) = (stored + count, done + count);
                }

                wave.Done.SetResult();
            }
            catch (Exception failure)
            {
                Lose(wave, failure);
            }
        }

        underWay = null;
    }

    /// <summary>It is not known what is stored: this activation ends, and the next reads it. Nobody was told of a place that is not there.</summary>
    private void Lose(Wave wave, Exception failure)
    {
        logger.DropInterrupted(Id, failure);
        lost = new CommerceException(CommonErrors.Unavailable("It is not known whether the place was stored. Repeat the request with the same key.", TimeSpan.FromSeconds(1)));
        wave.Done.SetException(lost);
        coming?.Done.SetException(lost);
        coming = null;
        DeactivateOnIdle();
    }

    /// <summary>Completes when everybody who has come so far is stored.</summary>
    private Task Stored() => lost is not null ? Task.FromException(lost) : (coming ?? underWay)?.Done.Task ?? Task.CompletedTask;

    private Task StoredWith(int ticket) => ticket < stored ? Settled() : Stored();

    private async Task ReadRooms()
    {
        const int atOnce = 16;
        room = new WaitingRoom();
        for (var number = 0; room.Count == number * DropRoom.Capacity; number += atOnce)
        {
            foreach (var bytes in await Task.WhenAll(Enumerable.Range(number, atOnce).Select(n => GrainFactory.DropRoom(Id, n).Read())))
            {
                room.AddAll(bytes);
            }
        }

        stored = room.Count;
    }

    private EntryView Shown(int ticket, bool repeated)
    {
        var (entry, pass) = (room[ticket], Durable.PassOf(ticket));
        var status = (pass?.Status, Durable.Status) switch
        {
            (PassStatus.Redeemed, _) => EntryStatus.Buying,
            (PassStatus.Spent, _) => EntryStatus.Bought,
            (PassStatus.Left, _) => EntryStatus.Left,
            (PassStatus.PassedOver, _) => EntryStatus.LimitReached,
            (PassStatus.Expired, _) => EntryStatus.Expired,
            (_, DropStatus.Cancelled) => EntryStatus.Cancelled,
            (PassStatus.Live, _) => pass!.ExpiresAt <= Now ? EntryStatus.Expired : EntryStatus.Admitted,
            (_, DropStatus.SoldOut) => EntryStatus.SoldOut,
            (_, DropStatus.Closed) => Durable.EndedSoldOut ? EntryStatus.SoldOut : EntryStatus.Closed,
            _ => EntryStatus.Waiting,
        };
        return new EntryView(ticket, entry.Owner, status, pass is { Units: > 0 } ? pass.Units : entry.Units, status is EntryStatus.Admitted ? pass!.ExpiresAt : null, repeated);
    }

    /// <summary>Everybody who came while another wave was being stored.</summary>
    private sealed class Wave
    {
        public List<Entry> Entries { get; } = [];

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
