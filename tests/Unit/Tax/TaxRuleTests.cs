using Commerce.Pricing;
using Commerce.Shop;

namespace Commerce.Tax;

/// <summary>What <c>taxes.json</c> can say, a rule at a time, by a file of its own.</summary>
public sealed class TaxRuleTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("taxes-").FullName;

    /// <summary>California and what San Francisco levies on top: CDTFA, "California City and County Sales and Use Tax Rates", 7.25 % + 1.375 %.</summary>
    private const string California =
        """
        [{
          "country": "US", "name": "Sales tax", "timeZone": "America/Los_Angeles",
          "regions": { "CA": { "standard": 0.0725, "reduced": 0 }, "OR": { "standard": 0 , "reduced": 0 } },
          "postalCodes": [
            { "prefix": "94", "region": "CA", "jurisdiction": "US-CA-Bay Area", "rates": { "standard": 0.01 } },
            { "prefix": "941", "region": "CA", "jurisdiction": "US-CA-San Francisco", "name": "District tax", "rates": { "standard": 0.01375 } },
            { "prefix": "9001", "region": "CA", "jurisdiction": "US-CA-Los Angeles County", "rates": { "standard": 0.0225 } },
            { "prefix": "9001", "region": "CA", "jurisdiction": "US-CA-Los Angeles", "rates": { "standard": 0.0025 } }
          ]
        }]
        """;

    [Theory]
    [InlineData("CA", null, 725, 1)]
    [InlineData("CA", "95814", 725, 1)]
    [InlineData("CA", "94501", 825, 2)]
    [InlineData("CA", "94107", 863, 2)]
    [InlineData("CA", "941", 863, 2)]
    [InlineData("CA", "90012", 975, 3)]
    [InlineData("OR", "94107", 0, 1)]
    public void Cities_and_counties_levy_on_top_by_the_longest_prefix(string region, string? postalCode, long tax, int levies)
    {
        var taxes = Ask(California, Request("US", Item("standard", 10_000)) with { Region = region, PostalCode = postalCode })[0].Taxes;

        Assert.Equal((tax, levies), (taxes.Sum(t => t.Amount.Amount), taxes.Length));
    }

    /// <summary>Germany's temporary rates: Zweites Corona-Steuerhilfegesetz, 16 % and 5 % from 1 July to 31 December 2020.</summary>
    private const string Germany =
        """
        [{
          "country": "DE", "name": "USt", "timeZone": "Europe/Berlin", "rates": { "standard": 0.19, "reduced": 0.07 },
          "changes": [
            { "from": "2020-07-01", "until": "2021-01-01", "rates": { "standard": 0.16, "reduced": 0.05 } },
            { "from": "2020-12-01", "until": "2020-12-02", "rates": { "standard": 0.1 } }
          ]
        }]
        """;

    [Theory]
    [InlineData("2020-06-30T21:59:59Z", "standard", 1900)] // 23:59:59 in Berlin
    [InlineData("2020-06-30T22:00:00Z", "standard", 1600)] // midnight there
    [InlineData("2020-12-01T12:00:00Z", "standard", 1000)] // the later change counts
    [InlineData("2020-12-01T12:00:00Z", "reduced", 500)]
    [InlineData("2020-12-31T22:59:59Z", "reduced", 500)]
    [InlineData("2020-12-31T23:00:00Z", "reduced", 700)]
    [InlineData("2026-05-05T00:00:00Z", "standard", 1900)]
    public void A_rate_changes_at_midnight_at_the_destination(string at, string category, long tax) =>
        Assert.Equal(tax, Ask(Germany, Request("DE", Item(category, 10_000)) with { At = DateTimeOffset.Parse(at) })[0].Taxes.Sum(t => t.Amount.Amount));

    [Fact]
    public void Without_a_time_it_is_now()
    {
        var summer = new StandingClock(DateTimeOffset.Parse("2020-08-01T00:00:00Z"));

        Assert.Equal(1600, Ask(Germany, Request("DE", Item("standard", 10_000)), summer)[0].Taxes[0].Amount.Amount);
    }

    /// <summary>Texas Tax Code § 151.326: clothing below 100 USD is free of state and local tax from a Friday in August to the Sunday after.</summary>
    private const string Texas =
        """
        [{
          "country": "US", "name": "Sales tax", "timeZone": "America/Chicago", "regions": { "TX": { "standard": 0.0625, "clothing": 0.0625 }, "OK": { "standard": 0.045, "clothing": 0.045 } },
          "postalCodes": [{ "prefix": "787", "region": "TX", "jurisdiction": "US-TX-Austin", "rates": { "standard": 0.02, "clothing": 0.02 } }],
          "holidays": [{ "name": "Back-to-school sales tax holiday", "region": "TX", "categories": ["clothing"], "from": "2026-08-07", "until": "2026-08-10" }]
        }]
        """;

    [Theory]
    [InlineData("TX", "clothing", "2026-08-07T04:59:59Z", 825, "Sales tax")]
    [InlineData("TX", "clothing", "2026-08-07T05:00:00Z", 0, "Back-to-school sales tax holiday")]
    [InlineData("TX", "clothing", "2026-08-10T04:59:59Z", 0, "Back-to-school sales tax holiday")]
    [InlineData("TX", "clothing", "2026-08-10T05:00:00Z", 825, "Sales tax")]
    [InlineData("TX", "standard", "2026-08-08T12:00:00Z", 825, "Sales tax")]
    [InlineData("OK", "clothing", "2026-08-08T12:00:00Z", 450, "Sales tax")]
    public void A_holiday_frees_of_local_taxes_too_and_says_why(string region, string category, string at, long tax, string name)
    {
        var taxes = Ask(Texas, Request("US", Item(category, 10_000)) with { Region = region, PostalCode = "78701", At = DateTimeOffset.Parse(at) })[0].Taxes;

        Assert.Equal((tax, name), (taxes.Sum(t => t.Amount.Amount), taxes[0].Name));
    }

    private const string Europe =
        """
        [
          { "country": "DE", "name": "USt", "rates": { "standard": 0.19 } },
          { "country": "FR", "name": "TVA", "rates": { "standard": 0.2 } },
          { "country": "GB", "name": "VAT", "rates": { "standard": 0.2 } },
          { "country": "CH", "export": "Export, Art. 146 Directive 2006/112/EC" }
        ]
        """;

    [Theory]
    [InlineData("DE", "FR", "FR", 0, "Reverse charge, Art. 196 Directive 2006/112/EC")]
    [InlineData("DE", "FR", null, 2000, "TVA")] // a consumer
    [InlineData("DE", "FR", "DE", 2000, "TVA")] // registered at home, delivered abroad
    [InlineData("DE", "DE", "DE", 1900, "USt")] // a sale at home
    [InlineData(null, "FR", "FR", 2000, "TVA")] // nobody knows who sells
    [InlineData("US", "FR", "FR", 2000, "TVA")] // sold from outside
    [InlineData("DE", "GB", "GB", 2000, "VAT")] // sold to outside
    [InlineData("DE", "CH", null, 0, "Export, Art. 146 Directive 2006/112/EC")]
    public void A_business_of_another_member_owes_the_tax_itself_and_an_export_has_none(string? seller, string country, string? business, long tax, string name)
    {
        var line = Ask(Europe, Request(country, Item("standard", 10_000)) with { SellerIn = seller, BusinessIn = business })[0];

        Assert.Equal((tax, name, 10_000), (line.Taxes[0].Amount.Amount, line.Taxes[0].Name, line.Net.Amount));
    }

    [Fact]
    public void A_price_that_contains_taxes_stays_where_none_is_due()
    {
        var line = Ask(Europe, Request("FR", Item("standard", 12_000)) with { Inclusive = true, SellerIn = "DE", BusinessIn = "FR" })[0];

        Assert.Equal((12_000, 0), (line.Net.Amount, line.Taxes[0].Amount.Amount));
    }

    [Fact]
    public void What_is_sold_as_an_export_says_so() =>
        Assert.Equal(("Export", 0m), Ask(Europe, Request("DE", Item("standard", 10_000)) with { Export = true })[0].Taxes.Select(t => (t.Name, t.Rate)).Single());

    /// <summary>UStAE 3.10 Abs. 6: what is paid for the carriage shares the rates of what is carried.</summary>
    [Theory]
    [InlineData("own", 10_000, 10_000, 190, 19)]
    [InlineData("goods", 10_000, 10_000, 130, 13)]
    [InlineData("goods", 30_000, 10_000, 160, 16)]
    [InlineData("goods", 0, 10_000, 70, 7)]
    [InlineData("goods", 0, 0, 190, 19)] // nothing to weigh by: its own
    public void Shipping_is_taxed_by_its_own_rate_or_by_the_goods(string rule, long standard, long reduced, long tax, int percent)
    {
        var file = $$"""[{ "country": "DE", "name": "USt", "rates": { "standard": 0.19, "reduced": 0.07 }, "shipping": "{{rule}}" }]""";
        var shipping = Ask(file, Request("DE", Item("standard", standard), Item("reduced", reduced), new TaxItem("shipping", "standard", new Money(1_000, "EUR"), 1)))[2];

        Assert.Equal((tax, percent / 100m), (shipping.Taxes.Single().Amount.Amount, shipping.Taxes[0].Rate));
    }

    [Fact]
    public void Goods_with_taxes_in_their_prices_weigh_by_what_they_cost_without()
    {
        var file = """[{ "country": "DE", "name": "USt", "rates": { "standard": 0.19, "reduced": 0.07 }, "shipping": "goods" }]""";
        var items = Ask(file, Request("DE", Item("standard", 11_900), Item("reduced", 10_700), new TaxItem("shipping", "standard", new Money(1_130, "EUR"), 1)) with { Inclusive = true });

        Assert.Equal((130, 1_000, 0.13m), (items[2].Taxes.Single().Amount.Amount, items[2].Net.Amount, items[2].Taxes[0].Rate));
    }

    [Theory]
    [InlineData("""[{ "country": "DE", "rates": { "standard": 0.19 } }]""", "taxes.json, $[0].name: is missing. Name the tax")]
    [InlineData("""[{ "country": "DE", "name": "USt" }]""", "has neither rates nor regions")]
    [InlineData("""[{ "country": "CH", "export": "" }]""", "$[0].export: is empty. Say why")]
    [InlineData("""[{ "country": "CH", "export": "Export", "rates": { "standard": 0.19 } }]""", "$[0]: has rates beside 'export'")]
    [InlineData("""[{ "country": "DE", "name": "USt", "rates": { "standard": 0.1900001 } }]""", "$[0].rates.standard: 0.1900001 has more than six digits")]
    [InlineData("""[{ "country": "DE", "name": "USt", "rates": { "standard": 0.19 }, "timeZone": "Mars/Olympus" }]""", "$[0].timeZone: 'Mars/Olympus' is no time zone")]
    [InlineData("""[{ "country": "DE", "name": "USt", "rates": { "standard": 0.19 }, "shipping": "free" }]""", "taxes.json, line 1")]
    [InlineData("""[{ "country": "DE", "name": "USt", "rates": { "standard": 0.19 }, "changes": [{ "from": "2026-02-01", "until": "2026-02-01", "rates": { "standard": 0.2 } }] }]""", "$[0].changes[0].until: 2026-02-01 is not after 2026-02-01")]
    [InlineData("""[{ "country": "DE", "name": "USt", "rates": { "standard": 0.19 }, "changes": [{ "from": "2026-02-01", "rates": { "standard": 20 } }] }]""", "$[0].changes[0].rates.standard: 20 is no fraction")]
    [InlineData("""[{ "country": "US", "name": "Tax", "regions": { "CA": { "standard": 0.07 } }, "changes": [{ "from": "2026-02-01", "rates": { "standard": 0.2 } }] }]""", "$[0].changes[0].region: is missing")]
    [InlineData("""[{ "country": "US", "name": "Tax", "regions": { "CA": { "standard": 0.07 } }, "holidays": [{ "name": "Any", "categories": [], "from": "2026-02-01", "until": "2026-02-03" }] }]""", "$[0].holidays[0].categories: is empty")]
    [InlineData("""[{ "country": "US", "name": "Tax", "regions": { "CA": { "standard": 0.07 } }, "postalCodes": [{ "prefix": "94 1", "jurisdiction": "SF", "rates": { "standard": 0.01 } }] }]""", "$[0].postalCodes[0].prefix: '94 1' is no beginning")]
    [InlineData("""[{ "country": "US", "name": "Tax", "regions": { "CA": { "standard": 0.07 } }, "postalCodes": [{ "prefix": "941", "region": "NV", "jurisdiction": "SF", "rates": { "standard": 0.01 } }] }]""", "$[0].postalCodes[0].region: 'NV' is no region of US")]
    public void A_mistake_is_told_with_its_place_and_a_remedy(string file, string told) =>
        Assert.Contains(told, Assert.Throws<ShopFileException>(() => Tables(file)).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static TaxRequest Request(string country, params ImmutableArray<TaxItem> items) => new(country, null, Inclusive: false, RoundingPolicy.Default, items);

    private static TaxItem Item(string category, long amount) => new(category, category, new Money(amount, "EUR"), 1, "SKU-" + category);

    private TaxTables Tables(string file)
    {
        File.WriteAllText(Path.Combine(folder, TaxTables.File), file);
        return new TaxTables(new ShopFolder(folder));
    }

    private ImmutableArray<ItemTax> Ask(string file, TaxRequest request, TimeProvider? clock = null)
    {
        var quote = new RateTableTaxProvider(Tables(file), clock ?? TimeProvider.System).Quote(request, default);

        return Assert.IsType<Outcome<TaxQuote>.Ok>(quote.IsCompletedSuccessfully ? quote.Result : throw new InvalidOperationException("Tables answer at once.")).Value.Items;
    }

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
