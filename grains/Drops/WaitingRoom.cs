namespace Commerce.Drops;

/// <summary>Who waits in a drop, in memory: what its rooms hold, and by what a place is found again.</summary>
internal sealed class WaitingRoom
{
    private readonly List<Entry> entries = [];

    /// <summary>The last ticket of every customer, device and address.</summary>
    private readonly Dictionary<ulong, int> tickets = [];

    /// <summary>Tickets given out, stored or on their way.</summary>
    public int Count => entries.Count;

    public Entry this[int ticket] => entries[ticket];

    /// <summary>The ticket, among the last ones of the customer, the device and the address, that still counts; null: none does.</summary>
    public int? Find(Entry entry, Func<int, bool> counts) =>
        Known(entry.Customer, counts) ?? Known(entry.Device, counts) ?? Known(entry.Address, counts);

    /// <returns>The ticket.</returns>
    public int Add(Entry entry)
    {
        var ticket = entries.Count;
        entries.Add(entry);
        tickets[entry.Customer] = ticket;
        if (entry.Device != 0)
        {
            tickets[entry.Device] = ticket;
        }

        if (entry.Address != 0)
        {
            tickets[entry.Address] = ticket;
        }

        return ticket;
    }

    public void AddAll(ReadOnlySpan<byte> room)
    {
        for (var at = 0; at < room.Length; at += Entry.Size)
        {
            Add(Entry.Read(room[at..]));
        }
    }

    private int? Known(ulong key, Func<int, bool> counts) => key != 0 && tickets.TryGetValue(key, out var ticket) && counts(ticket) ? ticket : null;
}
