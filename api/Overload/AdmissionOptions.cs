using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Commerce.Overload;

/// <summary>When a front end turns requests away. Bound from <c>Commerce:Admission</c>; a change counts at once, but for <see cref="MaxConnections"/> and <see cref="Start"/>.</summary>
public sealed class AdmissionOptions
{
    public const string Section = "Commerce:Admission";

    /// <summary>Whether anybody is turned away at all. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// How long a request may take before it counts as slow. While most are quicker the limit grows; while most are slower it falls. What a shopper hardly
    /// notices, and more than a shop takes that has nothing to do; a checkout may take ten times as long. Default: 40 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30")]
    public TimeSpan Target { get; set; } = TimeSpan.FromMilliseconds(40);

    /// <summary>A request is slow only if it takes so many times longer than is usual for its kind, too: a far database is no overload. Default: 3.</summary>
    [Range(1.0, 100.0)]
    public double Tolerance { get; set; } = 3;

    /// <summary>Requests that may be under way at once, however slow they are. Default: 128.</summary>
    [Range(1, 1_000_000)]
    public int Minimum { get; set; } = 128;

    /// <summary>Requests that may be under way at once, however quick they are. Default: 8,192.</summary>
    [Range(1, 1_000_000)]
    public int Maximum { get; set; } = 8_192;

    /// <summary>The limit of a process that has seen nothing yet. Default: 512.</summary>
    [Range(1, 1_000_000)]
    public int Start { get; set; } = 512;

    /// <summary>
    /// Requests a second on carts, new ones or old, that are let in however full it is: they tell whether the shop is slow, or only full of checkouts that wait for
    /// a slow vendor. Default: 20.
    /// </summary>
    [Range(0, 10_000)]
    public int Probes { get; set; } = 20;

    /// <summary>Share of the limit up to which browsing is let in. Default: 0.2.</summary>
    [Range(0.0, 1.0)]
    public double Browsing { get; set; } = 0.2;

    /// <summary>Share of the limit up to which new carts are opened. Default: 0.3.</summary>
    [Range(0.0, 1.0)]
    public double Opening { get; set; } = 0.3;

    /// <summary>Share of the limit up to which work on carts is let in. Default: 0.5.</summary>
    [Range(0.0, 1.0)]
    public double Cart { get; set; } = 0.5;

    /// <summary>Share of the limit up to which checkouts are started. Default: 1.</summary>
    [Range(0.0, 1.0)]
    public double Checkout { get; set; } = 1;

    /// <summary>How long work may wait for a thread of the process before the limit falls, whatever the requests say. Default: 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30")]
    public TimeSpan LongestQueue { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Share of the memory that the process may have, in use, above which the limit falls. Default: 0.95.</summary>
    [Range(0.1, 1.0)]
    public double MemoryLoad { get; set; } = 0.95;

    /// <summary>Longest time, in seconds, after which who was turned away is told to come again. Default: 30.</summary>
    [Range(1, 600)]
    public int LongestRetryAfter { get; set; } = 30;

    /// <summary>Connections that the process holds; further ones are closed at once. Each is a queue of one request that no limit sees. Default: 20,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    internal double Share(Urgency urgency) => urgency switch
    {
        Urgency.Browsing => Browsing,
        Urgency.Opening => Opening,
        Urgency.Cart => Cart,
        _ => Checkout,
    };
}

[OptionsValidator]
internal sealed partial class AdmissionOptionsValidator : IValidateOptions<AdmissionOptions>;

/// <summary>What one setting alone cannot say: that what is less urgent gives way first.</summary>
internal sealed class AdmissionOrderValidator : IValidateOptions<AdmissionOptions>
{
    public ValidateOptionsResult Validate(string? name, AdmissionOptions options) =>
        options.Minimum > options.Maximum ? ValidateOptionsResult.Fail($"{AdmissionOptions.Section}:Minimum is not above Maximum.")
        : options.Browsing <= options.Opening && options.Opening <= options.Cart && options.Cart <= options.Checkout ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"{AdmissionOptions.Section}: the shares grow from Browsing over Opening and Cart to Checkout.");
}
