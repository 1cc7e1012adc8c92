using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Commerce.Reconciliations;

/// <summary>When and how strictly the providers' books are compared with ours. Bound from <c>Commerce:Reconciliation</c>.</summary>
public sealed class ReconciliationOptions
{
    public const string Section = "Commerce:Reconciliation";

    /// <summary>Whether every provider that has books is compared every day. Default: yes.</summary>
    public bool Daily { get; set; } = true;

    /// <summary>Hour (UTC) from which the day's reports are made. Default: 3.</summary>
    [Range(0, 23)]
    public int Hour { get; set; } = 3;

    /// <summary>Days that a provider has for booking what we have done: a report is made so many days later than it could be. Default: 1.</summary>
    [Range(0, 14)]
    public int GraceDays { get; set; } = 1;

    /// <summary>How much later than ours a provider's booking is called late. Default: 2 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "60.00:00:00")]
    public TimeSpan LateAfter { get; set; } = TimeSpan.FromDays(2);

    /// <summary>How long before the first day a movement may be that is booked in it. Default: 7 days.</summary>
    [Range(0, 90)]
    public int LookBackDays { get; set; } = 7;

    /// <summary>Most discrepancies that one report lists; beyond it something is wrong at large. Default: 5,000.</summary>
    [Range(1, 100_000)]
    public int MostDiscrepancies { get; set; } = 5_000;

    /// <summary>What a capture should cost, by provider; one that is not named has its fees taken as they come.</summary>
    public Dictionary<string, AgreedFee> Fees { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>The fee of a capture: a part of it and a sum.</summary>
public sealed class AgreedFee
{
    /// <summary>Hundredths of a percent of the amount, rounded half up to the minor unit.</summary>
    [Range(0, 10_000)]
    public int BasisPoints { get; set; }

    /// <summary>Minor units added, by currency; none for a currency that is not named.</summary>
    public Dictionary<string, long> Fixed { get; set; } = new(StringComparer.Ordinal);

    public Money Of(Money amount) => new((amount.Amount * BasisPoints + 5_000) / 10_000 + Fixed.GetValueOrDefault(amount.Currency), amount.Currency);
}

[OptionsValidator]
internal sealed partial class ReconciliationOptionsValidator : IValidateOptions<ReconciliationOptions>;
