namespace Commerce.Commercetools;

/// <summary>The operations of commercetools that have a pipeline each: all calls read, so all of them can be repeated.</summary>
internal static class CommercetoolsOperations
{
    public const string Read = "read";

    public static IReadOnlyList<string> All { get; } = [Read];
}
