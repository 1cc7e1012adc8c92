namespace Commerce.Pricing;

public sealed class GeneratedCodeTests
{
    private static readonly CouponCodes Made = new("SPRING-", 1, null, 100_000, Convert.ToBase64String(new byte[32]));

    [Fact]
    public void A_code_is_the_same_for_everybody_who_has_the_seed() =>
        Assert.Equal(["SPRING-0000C8D716SAA", "SPRING-000166A82G69F", "SPRING-31MZ2W28PTT8V"], new[] { 0, 1, 99_999 }.Select(number => GeneratedCodes.Code(Made, number)));

    [Fact]
    public void All_codes_differ_are_known_and_can_be_typed()
    {
        var all = Enumerable.Range(0, Made.Generated).Select(number => GeneratedCodes.Code(Made, number)).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(Made.Generated, all.Count);
        Assert.All(all, code => Assert.True(GeneratedCodes.Have(Made, code) && PromotionRules.CanBeTyped(code, 40)));
    }

    [Fact]
    public void A_letter_changed_a_number_beyond_the_last_or_another_seed_is_no_code() =>
        Gen.Select(Gen.Int[0, 99_999], Gen.Int[0, GeneratedCodes.Length - 1], Gen.Char["0123456789ABCDEFGHJKMNPQRSTVWXYZILOU-"]).Sample((number, place, letter) =>
        {
            var code = GeneratedCodes.Code(Made, number);
            var changed = code.ToCharArray();
            changed[Made.Code.Length + place] = letter;

            Assert.Equal(new string(changed) == code, GeneratedCodes.Have(Made, new string(changed)));
            Assert.False(GeneratedCodes.Have(Made with { Generated = number }, code));
            Assert.False(GeneratedCodes.Have(Made with { Seed = GeneratedCodes.NewSeed() }, code));
            Assert.False(GeneratedCodes.Have(Made with { Code = "SPRUNG-" }, code));
        });

    [Fact]
    public void The_price_book_knows_them_however_they_are_written_and_shows_no_other()
    {
        var book = PriceBook.Empty.With(Page(Baskets.Percent("spring", 0.1m) with { Coupons = [new CouponCodes("ALL"), Made] }), null);
        var code = GeneratedCodes.Code(Made, 4711);

        var (promotion, codes) = book.Coupon(code.ToLowerInvariant(), Baskets.Noon)!.Value;

        Assert.Equal(("spring", 1), (promotion.Id, codes.Uses!.Value));
        Assert.Equal((CouponCodes[])[new CouponCodes(code, 1)], promotion.Coupons);
        Assert.Null(book.Coupon(code[..^1] + "I", Baskets.Noon));
        Assert.Null(book.Coupon("SPRING-", Baskets.Noon));
        Assert.Equal((CouponCodes[])[new CouponCodes("ALL")], book.Coupon("all", Baskets.Noon)!.Value.Promotion.Coupons);
    }

    private static PricingPage Page(params ImmutableArray<Promotion> promotions) => new([], promotions, [], [], "", More: false);
}
