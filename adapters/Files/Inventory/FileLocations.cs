using Commerce.Pricing;
using Commerce.Shop;

namespace Commerce.Inventory;

/// <summary>The locations of <c>locations.json</c>. Without the file there is one.</summary>
internal sealed class FileLocations : ILocations
{
    public const string File = "locations.json";

    private static readonly Location Only = new() { Id = "default", Name = "Default", Country = "", Default = true };

    private readonly ImmutableArray<Location> read;

    public FileLocations(ShopFolder folder)
    {
        read = folder.ReadOptional<Location>(File);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < read.Length; i++)
        {
            var (location, entry) = (read[i], Entry.Of(File, i));
            entry.Field("id").Must(
                location.Id.Length is > 0 and <= 40 && location.Id.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'),
                $"'{location.Id}' is no id. Use lower-case letters, digits and dashes, 40 at the most.");
            entry.Field("id").Must(ids.Add(location.Id), $"'{location.Id}' is there already. Every location has an id of its own.");
            entry.Field("name").Must(location.Name.Length > 0, "is empty. Give the location a name.");
            entry.Field("country").MustBeCountry(location.Country);
        }

        Entry.Of(File, 0).Field("default").Must(
            read.IsEmpty || read.Count(location => location.Default) == 1, "is true for none or for several. One location is the default: it holds what no location is named for.");
        All = read.IsEmpty ? [Only] : [.. read.OrderBy(location => location.Priority).ThenBy(location => location.Id, StringComparer.Ordinal)];
    }

    public ImmutableArray<Location> All { get; }

    /// <summary>Whether the channels that it names are the shop's, and each channel has a location.</summary>
    /// <exception cref="ShopFileException">One is not, or has none.</exception>
    public void Check(ImmutableDictionary<string, Channel> channels)
    {
        for (var i = 0; i < read.Length; i++)
        {
            foreach (var channel in read[i].Channels)
            {
                Entry.Of(File, i).Field("channels").Must(channels.ContainsKey(channel), $"'{channel}' is not in {FilePricingProvider.ChannelsFile}. Add the channel, or correct its id.");
            }
        }

        foreach (var channel in channels.Keys.Order(StringComparer.Ordinal))
        {
            Entry.Of(File, 0).Field("channels").Must(
                All.Any(location => location.Channels.IsEmpty || location.Channels.Contains(channel)), $"leave the channel '{channel}' without a location. Add it to one.");
        }
    }
}
