namespace Commerce.Problems;

/// <summary>One kind of problem that this API answers with; its page is <c>/problems/{code}</c>.</summary>
/// <param name="Code">Stable; clients switch on it.</param>
/// <param name="Category">Whose fault it is: <c>client</c>, <c>upstream</c> (a vendor), <c>data</c> (two truths that disagree), <c>internal</c>.</param>
/// <param name="Retryable">Whether the very same request, with the same key, may succeed later.</param>
/// <param name="Cause">When it is answered.</param>
/// <param name="Remedy">What the caller does about it.</param>
internal sealed record ProblemType(string Code, int Status, string Category, bool Retryable, string Title, string Cause, string Remedy)
{
    /// <summary>The type's URI, relative to this API: a page for people.</summary>
    public string Uri { get; } = "/problems/" + Code;
}
