using Commerce.Pricing;
using Commerce.Shop;

namespace Commerce.Shipping;

/// <summary>A zone as <c>shipping.json</c> has it: where, and how one ships there.</summary>
/// <param name="Postcodes">Beginnings of the postal codes that are meant; none: all of those countries.</param>
/// <param name="Calendar">What the delivery promise follows; null: nothing is promised.</param>
internal sealed record ShippingZone(
    string Channel, ImmutableArray<string> Countries, ImmutableArray<ShippingMethod> Methods, ImmutableArray<string> Postcodes = default, CalendarEntry? Calendar = null)
{
    /// <summary>As many characters of a postal code as a destination has.</summary>
    private const int MostOfPostcode = 5;

    /// <exception cref="ShopFileException">Names what cannot be right.</exception>
    public void Check(Entry entry)
    {
        entry.Field("methods").Must(!Methods.IsDefaultOrEmpty, "is empty. Give a way to ship.");
        foreach (var country in Countries)
        {
            entry.Field("countries").MustBeCountry(country);
        }

        foreach (var postcode in Postcodes.IsDefault ? [] : Postcodes)
        {
            entry.Field("postcodes").Must(
                postcode.Length is > 0 and <= MostOfPostcode && postcode.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)),
                $"'{postcode}' is no beginning of a postal code. Write up to {MostOfPostcode} capital letters and digits, without spaces.");
        }

        for (var i = 0; i < Methods.Length; i++)
        {
            var (method, place) = (Methods[i], entry.Field($"methods[{i}]"));
            place.Field("id").Must(Methods.Count(m => m.Id == method.Id) == 1, $"'{method.Id}' is there twice. Every way to ship has an id of its own.");
            method.Check(place);
        }
    }
}

/// <param name="Price">What it costs by currency; null: it costs by weight.</param>
/// <param name="Steps">What it costs from some value of the goods on.</param>
/// <param name="Weights">What it costs by weight, the lightest first. Heavier than the last says is not taken.</param>
/// <param name="FreeFrom">Goods after discounts by currency from which it costs nothing; null: never.</param>
internal sealed record ShippingMethod(
    string Id,
    string Name,
    int MinDays,
    int MaxDays,
    Dictionary<string, long>? Price = null,
    ImmutableArray<ValueStep> Steps = default,
    ImmutableArray<WeightBand> Weights = default,
    Dictionary<string, long>? FreeFrom = null,
    string TaxCategory = "standard")
{
    /// <summary>The bands by weight; a method that costs the same at any weight has one.</summary>
    public ImmutableArray<WeightBand> Bands => Weights.IsDefault ? [new WeightBand(Price ?? [], null, Steps)] : Weights;

    public void Check(Entry entry)
    {
        entry.Field("id").Must(Id.Length > 0, "is empty. Name it, as standard.");
        entry.Field("maxDays").Must(MinDays >= 0 && MaxDays >= MinDays && MaxDays <= 365, "is less than minDays, negative, or more than a year. Correct them.");
        entry.Field("price").Must(Weights.IsDefault != Price is null, "and weights exclude each other. Give one of them.");
        entry.Field("price").Must(Weights.IsDefault || Steps.IsDefault, "by weight has its steps in each of the weights. Put them there.");
        entry.Field("weights").Must(!Bands.IsEmpty, "is empty. Give a weight and its price.");

        var currencies = Bands[0].Price.Keys.ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < Bands.Length; i++)
        {
            var place = Weights.IsDefault ? entry : entry.Field($"weights[{i}]");
            place.Field("upToGrams").Must(
                i == Bands.Length - 1 ? Bands[i].UpToGrams is null or > 0 : Bands[i].UpToGrams is > 0,
                "is missing, or not above zero. Only the last may be without, for any weight.");
            place.Field("upToGrams").Must(i == 0 || Bands[i].UpToGrams is null || Bands[i].UpToGrams > Bands[i - 1].UpToGrams, "is not above the one before. Begin with the lightest.");
            place.Field("price").Must(currencies.SetEquals(Bands[i].Price.Keys), "is not in the currencies of the first weight. Give the same everywhere.");
            foreach (var (currency, amount) in Bands[i].Amounts.Concat(FreeFrom ?? []))
            {
                place.MustBeCurrency(currency);
                place.Must(amount >= 0, $"the amount {amount} {currency} is negative. Write minor units, as 495 for 4.95.");
            }

            foreach (var currency in currencies)
            {
                var steps = In(currency, Bands[i]).Steps;
                place.Field("steps").Must(
                    steps.Zip(steps.Skip(1)).All(pair => pair.Second.From > pair.First.From), $"do not go up in {currency}, freeFrom last. Begin with the lowest value above 0.");
            }
        }
    }

    public ShippingRate In(string currency, WeightBand band)
    {
        var steps = ImmutableArray.CreateBuilder<ShippingStep>();
        steps.Add(new ShippingStep(0, band.Price[currency]));
        foreach (var step in band.Steps.IsDefault ? [] : band.Steps)
        {
            if (step.From.TryGetValue(currency, out var from) && step.Price.TryGetValue(currency, out var price))
            {
                steps.Add(new ShippingStep(from, price));
            }
        }

        if (FreeFrom?.TryGetValue(currency, out var free) is true)
        {
            // Free from 0 on is free.
            steps.RemoveAll(step => free == 0);
            steps.Add(new ShippingStep(free, 0));
        }

        return new ShippingRate(Id, Name, currency, steps.DrainToImmutable(), TaxCategory, MinDays, MaxDays);
    }
}

/// <param name="UpToGrams">The heaviest that it takes; null: any weight.</param>
internal sealed record WeightBand(Dictionary<string, long> Price, long? UpToGrams = null, ImmutableArray<ValueStep> Steps = default)
{
    public IEnumerable<KeyValuePair<string, long>> Amounts => Price.Concat((Steps.IsDefault ? [] : Steps).SelectMany(step => step.From.Concat(step.Price)));
}

/// <param name="From">What the goods must cost after discounts, by currency.</param>
internal sealed record ValueStep(Dictionary<string, long> From, Dictionary<string, long> Price);
