namespace Commerce.Tax;

/// <summary>The operations of AvaTax that have a pipeline each.</summary>
internal static class AvalaraOperations
{
    public const string Quote = "quote", Commit = "commit", Find = "find", Void = "void", Refund = "refund";

    public static IReadOnlyList<string> All { get; } = [Quote, Commit, Find, Void, Refund];
}
