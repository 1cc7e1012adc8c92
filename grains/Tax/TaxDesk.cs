using System.Collections.Frozen;
using Commerce.Pricing;

namespace Commerce.Tax;

/// <summary>Asks whoever computes a channel's taxes, and knows what to do without an answer.</summary>
/// <remarks>The tables are asked directly and answer at once. A vendor is asked once for what several carts hold, and has <see cref="Budget"/> for its answer.</remarks>
internal sealed class TaxDesk(IEnumerable<ITaxProvider> providers, TimeProvider? clock = null, TaxMeters? meters = null, ILogger<TaxDesk>? logger = null)
{
    /// <summary>Longest that a price waits for a vendor: past that it is away.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(1_500);

    private readonly FrozenDictionary<string, ITaxProvider> byName = providers.ToFrozenDictionary(p => p.Name, StringComparer.Ordinal);
    private readonly TaxAnswers answers = new(clock ?? TimeProvider.System);

    /// <summary>The provider of that name.</summary>
    public ITaxProvider this[string name] => byName.TryGetValue(name, out var provider)
        ? provider
        : throw new InvalidOperationException($"There is no tax provider '{name}'. Correct 'taxProvider' in channels.json, or configure it: there are {string.Join(", ", byName.Keys.Order(StringComparer.Ordinal))}.");

    /// <summary>Whether orders that it taxed are to be booked there; false for one that is not there any more.</summary>
    public bool KeepsDocuments(string name) => byName.TryGetValue(name, out var provider) && provider.KeepsDocuments;

    /// <summary>The taxes due. Without an answer: by the tables where the channel allows it, pending otherwise.</summary>
    /// <exception cref="CommerceException">A code of <see cref="TaxErrors"/>: the destination has to be given better.</exception>
    public ValueTask<Assessed> Assess(Channel channel, TaxRequest request, CancellationToken cancellationToken)
    {
        var provider = this[channel.TaxProvider];
        if (provider.IsRemote)
        {
            return Remote(channel, provider, request, cancellationToken);
        }

        var asked = provider.Quote(request, cancellationToken);

        return asked.IsCompletedSuccessfully ? new(Read(asked.Result, provider.Name, request) ?? Assessed.Pending) : Await(asked, provider.Name, request);
    }

    private static async ValueTask<Assessed> Await(ValueTask<Outcome<TaxQuote>> asked, string by, TaxRequest request) => Read(await asked, by, request) ?? Assessed.Pending;

    private async ValueTask<Assessed> Remote(Channel channel, ITaxProvider provider, TaxRequest request, CancellationToken cancellationToken)
    {
        var (answer, known) = answers.Get(TaxAnswers.Key(provider.Name, request), () => Ask(provider, request));
        var outcome = await answer.WaitAsync(cancellationToken);
        if (Read(outcome, provider.Name, request) is { } assessed)
        {
            meters?.Quoted(provider.Name, known ? "cached" : "asked");
            return assessed;
        }

        if (!known)
        {
            logger?.Away(provider.Name, outcome.ToString());
        }

        if (channel.TaxFallback is not TaxFallback.Tables)
        {
            meters?.Quoted(provider.Name, "pending");
            return Assessed.Pending;
        }

        meters?.Quoted(provider.Name, "fallback");
        return Read(await this[ITaxProvider.RateTables].Quote(request, cancellationToken), ITaxProvider.RateTables, request) is { } estimate
            ? estimate with { Estimated = true }
            : Assessed.Pending;
    }

    /// <summary>Not for one caller alone: goes on when the one who asked first has left.</summary>
    private async Task<Outcome<TaxQuote>> Ask(ITaxProvider provider, TaxRequest request)
    {
        using var budget = new CancellationTokenSource(Budget, clock ?? TimeProvider.System);
        try
        {
            return await provider.Quote(request, budget.Token).AsTask().WaitAsync(budget.Token);
        }
        catch (OperationCanceledException)
        {
            return new Outcome<TaxQuote>.Unavailable(Budget);
        }
    }

    /// <summary>Null: there is no answer.</summary>
    private static Assessed? Read(Outcome<TaxQuote> outcome, string by, TaxRequest request) => outcome switch
    {
        Outcome<TaxQuote>.Ok ok => new Assessed(ok.Value, by, Estimated: false),
        Outcome<TaxQuote>.Rejected { Code: TaxErrors.UnknownRegionCode } => throw new CommerceException(TaxErrors.UnknownRegion(request.Country, request.Region)),
        Outcome<TaxQuote>.Rejected { Code: TaxErrors.UnknownAddressCode } => throw new CommerceException(TaxErrors.UnknownAddress),
        _ => null,
    };
}

/// <summary>Taxes, and how they came about.</summary>
/// <param name="Taxes">Null: pending.</param>
/// <param name="By">Who computed them.</param>
/// <param name="Estimated">Whether the tables stood in for the provider.</param>
internal sealed record Assessed(TaxQuote? Taxes, string? By, bool Estimated)
{
    public static Assessed Pending { get; } = new(null, null, false);
}

internal static partial class TaxDeskLog
{
    [LoggerMessage(610, LogLevel.Warning, "The tax provider '{Provider}' gave no answer: {Outcome}")]
    public static partial void Away(this ILogger logger, string provider, string outcome);
}
