using System.Buffers;

namespace Commerce.Pricing;

/// <param name="CheckoutId">The last checkout that was started with it.</param>
internal sealed record StoredQuoteJson(QuoteJson Quote, string CheckoutId, DateTimeOffset At);

/// <param name="Verdict">Whether what comes out now is what was stored, byte for byte.</param>
internal sealed record QuoteVerificationJson(string QuoteId, QuoteVerdict Verdict, ImmutableArray<QuoteChange> Differences, QuoteJson Stored, QuoteJson? Recomputed);

/// <summary>Every cent of a price, step by step: as data, and in sentences.</summary>
internal sealed record ExplanationJson(string QuoteId, Money Total, ImmutableArray<ExplanationStep> Steps)
{
    public static async Task<IResult> Answer(IGrainFactory grains, Quote quote) => new Answer<ExplanationJson>(
        new ExplanationJson(quote.Id, quote.Totals.Total, await grains.Pricing().Explain(quote)), WireJson.Default.ExplanationJson);
}

/// <summary>Quotes as operators and shop owners reach them: tried out, found, explained, computed again.</summary>
internal static class QuoteAdministration
{
    private const int IdLength = 29;

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz234567");

    extension(IEndpointRouteBuilder admin)
    {
        public void MapQuoteAdministration()
        {
            var quotes = admin.MapGroup("/quotes").WithTags("Quotes");
            quotes.MapPost("/simulate", Simulate).WithName("simulateQuote").WithSummary("Prices a made-up basket without touching anything")
                .Accepts<SimulationBody>("application/json").Produces<SimulationResult>();
            quotes.MapGet("/{id}", Get).WithName("getQuote").WithSummary("A quote that a checkout was started with").Produces<StoredQuoteJson>();
            quotes.MapGet("/{id}/explanation", Explain).WithName("explainQuote").WithSummary("Every cent of a quote").Produces<ExplanationJson>();
            quotes.MapPost("/{id}/verify", Verify).WithName("verifyQuote").WithSummary("Computes a stored quote again and compares").Produces<QuoteVerificationJson>();
        }
    }

    private static async Task<IResult> Simulate(Call call, IGrainFactory grains)
    {
        var simulation = await call.Read(SimulationBodies.Read);
        try
        {
            return new Answer<SimulationResult>(await grains.Pricing().Simulate(simulation), WireJson.Default.SimulationResult);
        }
        catch (OverflowException)
        {
            throw new Refusal("invalid-amount", "The sums of this basket have more than 18 digits. Make the prices or the quantities smaller.", [new FieldError("/lines", "invalid-amount", "The sums are too large.")]);
        }
    }

    private static async Task<IResult> Get(string id, IGrainFactory grains)
    {
        var stored = await Find(id, grains);
        return new Answer<StoredQuoteJson>(new StoredQuoteJson(QuoteJson.Of(stored.Quote), stored.CheckoutId, stored.At), WireJson.Default.StoredQuoteJson);
    }

    private static async Task<IResult> Explain(string id, IGrainFactory grains) => await ExplanationJson.Answer(grains, (await Find(id, grains)).Quote);

    private static async Task<IResult> Verify(string id, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();
        var verified = await grains.Pricing().Verify(Known(id)) ?? throw new CommerceException(CommonErrors.NotFound(id));
        return new Answer<QuoteVerificationJson>(
            new QuoteVerificationJson(
                verified.QuoteId, verified.Verdict, verified.Differences, QuoteJson.Of(verified.Stored), verified.Recomputed is { } again ? QuoteJson.Of(again) : null),
            WireJson.Default.QuoteVerificationJson);
    }

    private static async Task<StoredQuote> Find(string id, IGrainFactory grains) =>
        await grains.Pricing().Find(Known(id)) ?? throw new CommerceException(CommonErrors.NotFound(id));

    private static string Known(string id) =>
        id.Length == IdLength && id.StartsWith("qt_", StringComparison.Ordinal) && id.AsSpan(3).IndexOfAnyExcept(Letters) < 0 ? id : throw Refusal.NotFound;
}
