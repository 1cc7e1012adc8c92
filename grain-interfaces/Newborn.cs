namespace Commerce;

/// <summary>
/// What whoever made an id knows, and its aggregate would have to look up: that nothing has happened to it. Travels with the call that makes it begin, and spares the journal a
/// read that finds nothing.
/// </summary>
/// <remarks>An id that was announced wrongly loses its first commit to the fence of the journal, as any activation does that has fallen behind; so it is announced once, never with a repetition.</remarks>
public static class Newborn
{
    private const string Key = "newborn";

    /// <summary>Announces the id with the calls that follow in this method.</summary>
    public static void Announce(string id) => RequestContext.Set(Key, id);

    /// <summary>Whether the call that is carried out announces this id.</summary>
    public static bool IsAnnounced(string id) => RequestContext.Get(Key) as string == id;
}
