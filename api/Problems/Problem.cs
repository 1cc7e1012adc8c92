using Commerce.Pricing;

namespace Commerce.Problems;

/// <summary>A problem document (RFC 9457), with this API's extensions.</summary>
internal sealed record Problem
{
    public required string Type { get; init; }
    public required string Title { get; init; }
    public required int Status { get; init; }
    public required string Detail { get; init; }
    public string? Instance { get; init; }
    public required string Code { get; init; }
    public required string Category { get; init; }
    public required bool Retryable { get; init; }
    public long? RetryAfterMs { get; init; }
    public string? CorrelationId { get; init; }
    public IReadOnlyList<FieldError>? Errors { get; init; }

    /// <summary>What is allowed now, for a refused transition.</summary>
    public ImmutableArray<string>? Allowed { get; init; }

    /// <summary>The quote that replaces the one that was shown, for <c>price-changed</c>.</summary>
    public QuoteJson? Quote { get; init; }

    /// <summary>The quote that was shown, as far as it is still known, for <c>price-changed</c>.</summary>
    public QuoteJson? ShownQuote { get; init; }

    /// <summary>In what the two differ, line by line.</summary>
    public ImmutableArray<QuoteChange>? Changes { get; init; }
}
