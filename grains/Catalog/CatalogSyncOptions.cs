using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Commerce.Catalog;

/// <summary>How a vendor's products and prices are copied. Bound from <c>Commerce:Catalog</c>.</summary>
public sealed class CatalogSyncOptions
{
    public const string Section = "Commerce:Catalog";

    /// <summary>How long after it is found a changed price begins to count: every silo knows of it by then.</summary>
    internal static readonly TimeSpan Lead = TimeSpan.FromSeconds(2);

    /// <summary>How long after a reading the next one asks for what changed. Default: 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after everything was read it is read again, so that what went unseen is found. Default: a day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan FullPeriod { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Products that are read and stored at once. Default: 500, which is as many as commercetools gives.</summary>
    [Range(1, 500)]
    public int PageSize { get; set; } = 500;

    /// <summary>How often a silo looks for what the copy has that it has not. Default: 1 s; not more than that, for changed prices begin to count 2 s after they are found.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:01")]
    public TimeSpan FollowPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Wait after a reading that failed; doubles with every one. Default: 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait after readings that failed, unless the vendor asks for more. Default: 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan LongestRetryDelay { get; set; } = TimeSpan.FromMinutes(2);
}

[OptionsValidator]
internal sealed partial class CatalogSyncOptionsValidator : IValidateOptions<CatalogSyncOptions>;
