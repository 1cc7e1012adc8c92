namespace Commerce.Storage;

/// <summary>How much may wait for the journal's writer. Beyond it nobody is let in: a commit that waits longer than its caller is work for nobody.</summary>
internal static class JournalQueue
{
    /// <summary>Most commits that may wait: about half a second's work of the slower database.</summary>
    public const int MaxWaiting = 16_384;

    /// <summary>Nothing was written, and nothing will be. The activation that decided it ends with it; the caller repeats with the same key.</summary>
    public static CommerceException Full() =>
        new(CommonErrors.Overloaded("More is to be stored than the database takes at the moment. Repeat the request with the same key.", TimeSpan.FromSeconds(1)));
}
