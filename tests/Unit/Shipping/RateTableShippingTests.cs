using Commerce.Carts;
using Commerce.Shop;

namespace Commerce.Shipping;

public sealed class RateTableShippingTests : IDisposable
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly string folder = Directory.CreateTempSubdirectory("shipping-").FullName;

    [Theory]
    [InlineData(0, "standard 395, express 1195")]
    [InlineData(1000, "standard 395, express 1195")]
    [InlineData(1001, "standard 595, express 1195")]
    [InlineData(2001, "standard 595")]
    [InlineData(31500, "standard 595")]
    [InlineData(31501, "")]
    public async Task What_is_too_heavy_for_a_method_is_not_offered_it(long grams, string offered) => Assert.Equal(offered, await Offered(Open("""
        [
          {
            "channel": "eu", "countries": ["DE"],
            "methods": [
              { "id": "express", "name": "Courier", "minDays": 1, "maxDays": 1, "weights": [{ "upToGrams": 2000, "price": { "EUR": 1195 } }] },
              { "id": "standard", "name": "Parcel", "minDays": 1, "maxDays": 3, "weights": [{ "upToGrams": 1000, "price": { "EUR": 395 } }, { "upToGrams": 31500, "price": { "EUR": 595 } }] }
            ]
          }
        ]
        """), grams: grams));

    [Theory]
    [InlineData(0, 595)]
    [InlineData(4899, 595)]
    [InlineData(4900, 295)]
    [InlineData(9899, 295)]
    [InlineData(9900, 0)]
    public async Task What_costs_more_is_shipped_for_less(long goods, long price)
    {
        var rate = Assert.Single(await Rates(Open(One("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 2, "price": { "EUR": 595 }, "steps": [{ "from": { "EUR": 4900 }, "price": { "EUR": 295 } }], "freeFrom": { "EUR": 9900 } }"""))));

        Assert.Equal(new Money(price, "EUR"), rate.PriceFor(new Money(goods, "EUR")));
    }

    [Theory]
    [InlineData("10117", "mainland 395")]
    [InlineData("25980", "north 695")]
    [InlineData("25999", "sylt 1295")]
    [InlineData(null, "mainland 395")]
    [InlineData("2", "mainland 395")]
    public async Task The_longest_beginning_of_a_postal_code_decides(string? postcode, string offered) => Assert.Equal(offered, await Offered(Open("""
        [
          { "channel": "eu", "countries": ["DE"], "methods": [{ "id": "mainland", "name": "Parcel", "price": { "EUR": 395 }, "minDays": 1, "maxDays": 2 }] },
          { "channel": "eu", "countries": ["DE"], "postcodes": ["259", "27498"], "methods": [{ "id": "north", "name": "Parcel", "price": { "EUR": 695 }, "minDays": 1, "maxDays": 2 }] },
          { "channel": "eu", "countries": ["DE"], "postcodes": ["25999"], "methods": [{ "id": "sylt", "name": "Ferry", "price": { "EUR": 1295 }, "minDays": 1, "maxDays": 2 }] }
        ]
        """), postcode));

    [Fact]
    public async Task Where_only_some_postal_codes_are_served_the_others_are_not() =>
        Assert.Equal("", await Offered(Open("""[{ "channel": "eu", "countries": ["DE"], "postcodes": ["1"], "methods": [{ "id": "city", "name": "Bike", "price": { "EUR": 395 }, "minDays": 0, "maxDays": 0 }] }]"""), "20095"));

    [Theory]
    [InlineData("2026-11-23T12:59:59Z", "2026-11-24", "2026-11-26")] // 13:59 in Berlin
    [InlineData("2026-11-23T13:00:00Z", "2026-11-25", "2026-11-27")] // the cutoff
    [InlineData("2026-11-27T13:00:00Z", "2026-12-01", "2026-12-03")] // a Friday, too late: leaves on Monday
    [InlineData("2026-12-23T12:00:00Z", "2026-12-24", "2026-12-29")] // over Christmas
    [InlineData("2026-12-24T12:00:00Z", "2026-12-28", "2026-12-30")]
    [InlineData("2026-07-01T11:59:00Z", "2026-07-02", "2026-07-06")] // 13:59 in summer
    [InlineData("2026-07-01T12:00:00Z", "2026-07-03", "2026-07-07")]
    [InlineData("2026-03-27T12:59:00Z", "2026-03-30", "2026-04-01")] // the night of the 29th has no 02:00
    [InlineData("2026-03-29T00:59:59Z", "2026-03-31", "2026-04-02")] // 01:59:59, a second before the clocks go forward
    [InlineData("2026-03-29T01:00:00Z", "2026-03-31", "2026-04-02")] // 03:00
    [InlineData("2026-10-25T00:30:00Z", "2026-10-27", "2026-10-29")] // 02:30, the first of two
    [InlineData("2026-10-25T01:30:00Z", "2026-10-27", "2026-10-29")] // 02:30 again
    [InlineData("2026-04-03T22:30:00Z", "2026-04-08", "2026-04-10")] // Saturday there, Easter Monday after it
    public async Task The_promise_counts_working_days_on_the_clock_of_the_zone(string at, string earliest, string latest)
    {
        var rate = Assert.Single(await Rates(
            Open(One("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 3, "price": { "EUR": 595 } }""", """{ "timeZone": "Europe/Berlin", "cutoff": "14:00", "holidays": ["12-25", "2026-04-06"] }""")),
            at: DateTimeOffset.Parse(at)));

        Assert.Equal((DateOnly.Parse(earliest), DateOnly.Parse(latest)), (rate.Earliest, rate.Latest));
    }

    [Fact]
    public async Task Without_a_calendar_nothing_is_promised() =>
        Assert.Null(Assert.Single(await Rates(Open(One("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 3, "price": { "EUR": 595 } }""")))).Earliest);

    [Theory]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 3 }""", null, "methods[0].price: and weights exclude each other")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 3, "weights": [] }""", null, "methods[0].weights: is empty")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 3, "maxDays": 1, "price": { "EUR": 1 } }""", null, "methods[0].maxDays: is less than minDays")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 1, "price": { "EUR": 1 }, "freeFrom": { "EUR": 5 }, "steps": [{ "from": { "EUR": 5 }, "price": { "EUR": 1 } }] }""", null, "methods[0].steps: do not go up in EUR")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 1, "weights": [{ "price": { "EUR": 1 } }, { "upToGrams": 5, "price": { "EUR": 1 } }] }""", null, "weights[0].upToGrams: is missing")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 1, "weights": [{ "upToGrams": 5, "price": { "EUR": 1 } }, { "upToGrams": 5, "price": { "EUR": 1 } }] }""", null, "weights[1].upToGrams: is not above the one before")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 1, "weights": [{ "upToGrams": 5, "price": { "EUR": 1 } }, { "price": { "USD": 1 } }] }""", null, "weights[1].price: is not in the currencies of the first weight")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 1, "price": { "EUR": -1 } }""", null, "the amount -1 EUR is negative")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 1, "price": { "EUR": 1 } }""", """{ "timeZone": "Europe/Atlantis" }""", "calendar.timeZone: 'Europe/Atlantis' is no time zone")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 1, "price": { "EUR": 1 } }""", """{ "timeZone": "UTC", "cutoff": "2 pm" }""", "calendar.cutoff: '2 pm' is no time of the day")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 1, "price": { "EUR": 1 } }""", """{ "timeZone": "UTC", "holidays": ["12-32"] }""", "calendar.holidays: '12-32' is no day")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 1, "price": { "EUR": 1 } }""", """{ "timeZone": "UTC", "workingDays": ["caturday"] }""", "calendar.workingDays: 'caturday' is no day of the week")]
    [InlineData("""{ "id": "a", "name": "A", "minDays": 1, "maxDays": 1, "price": { "EUR": 1 } }""", """{ "timeZone": "UTC", "workingDays": [] }""", "calendar.workingDays: is empty")]
    public void A_mistake_is_named_with_its_place_and_a_remedy(string method, string? calendar, string told) =>
        Assert.Contains(told, Assert.Throws<ShopFileException>(() => Open(One(method, calendar))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_place_is_in_one_zone()
    {
        const string zone = """{ "channel": "eu", "countries": ["DE"], "postcodes": ["1"], "methods": [{ "id": "a", "name": "A", "minDays": 1, "maxDays": 1, "price": { "EUR": 1 } }] }""";

        Assert.Contains("$[1].countries: DE, 1…, is in another zone of 'eu' already", Assert.Throws<ShopFileException>(() => Open($"[{zone}, {zone}]")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string One(string method, string? calendar = null) =>
        $$"""[{ "channel": "eu", "countries": ["DE"], {{(calendar is null ? "" : $"\"calendar\": {calendar},")}} "methods": [{{method}}] }]""";

    private RateTableShippingProvider Open(string file)
    {
        File.WriteAllText(Path.Combine(folder, RateTableShippingProvider.File), file);
        return new RateTableShippingProvider(new ShopFolder(folder));
    }

    private static async Task<string> Offered(RateTableShippingProvider provider, string? postcode = null, long grams = 0) =>
        string.Join(", ", (await Rates(provider, postcode, grams)).Select(rate => $"{rate.Id} {rate.Steps[0].Price}"));

    private static ValueTask<ImmutableArray<ShippingRate>> Rates(RateTableShippingProvider provider, string? postcode = null, long grams = 0, DateTimeOffset? at = null) =>
        provider.Rates(new ShippingRequest("eu", "EUR", new Destination("DE", null, postcode), grams, at ?? Monday), default);
}
