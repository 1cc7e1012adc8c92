using Commerce.Pricing;

namespace Commerce;

public sealed class RoundingTests
{
    private static readonly Gen<decimal> Amount = Gen.Select(Gen.Int[-10_000_000, 10_000_000], Gen.OneOf(1m, 10m, 100m, 1000m, 8m), (units, parts) => units / parts);
    private static readonly Gen<RoundingMode> Mode = Gen.Enum<RoundingMode>();
    private static readonly Gen<int> Increment = Gen.OneOf(1, 2, 3, 5, 10, 25, 100);

    [Theory]
    [InlineData(RoundingMode.HalfUp, 3, -3, 1, -1, 2, -2)]
    [InlineData(RoundingMode.HalfEven, 2, -2, 0, 0, 2, -2)]
    [InlineData(RoundingMode.HalfUpPositive, 3, -2, 1, 0, 2, -1)]
    [InlineData(RoundingMode.HalfDown, 2, -2, 0, 0, 1, -1)]
    [InlineData(RoundingMode.Up, 3, -3, 1, -1, 2, -2)]
    [InlineData(RoundingMode.Down, 2, -2, 0, 0, 1, -1)]
    public void Each_mode_has_its_own_way_with_a_half(RoundingMode mode, long two, long minusTwo, long zero, long minusZero, long one, long minusOne) =>
        Assert.Equal(
            [two, minusTwo, zero, minusZero, one, minusOne],
            new[] { 2.5m, -2.5m, 0.5m, -0.5m, 1.5m, -1.5m }.Select(half => Rounding.Round(half, mode)));

    [Theory]
    [InlineData("12.4", 5, 10)]
    [InlineData("12.5", 5, 15)]
    [InlineData("-12.5", 5, -15)]
    [InlineData("1234", 10, 1230)]
    [InlineData("1235", 10, 1240)]
    [InlineData("2", 5, 0)]
    public void Cash_rounds_to_the_smallest_coin(string amount, int coin, long rounded) =>
        Assert.Equal(rounded, Rounding.Round(decimal.Parse(amount), RoundingMode.HalfUp, coin));

    [Fact]
    public void The_result_is_a_multiple_of_the_increment_and_less_than_one_away() =>
        Gen.Select(Amount, Mode, Increment).Sample((amount, mode, increment) =>
        {
            var rounded = Rounding.Round(amount, mode, increment);

            return rounded % increment == 0 && Math.Abs(rounded - amount) < increment;
        });

    [Fact]
    public void The_halving_modes_never_miss_by_more_than_half() =>
        Gen.Select(Amount, Mode, Increment).Where(t => t.Item2 is not (RoundingMode.Up or RoundingMode.Down)).Sample((amount, mode, increment) =>
            2 * Math.Abs(Rounding.Round(amount, mode, increment) - amount) <= increment);

    [Fact]
    public void A_larger_amount_never_rounds_to_less() =>
        Gen.Select(Amount, Amount, Mode, Increment).Sample((a, b, mode, increment) =>
            Rounding.Round(Math.Min(a, b), mode, increment) <= Rounding.Round(Math.Max(a, b), mode, increment));

    [Fact]
    public void All_modes_but_one_are_sign_symmetric() =>
        Gen.Select(Amount, Mode, Increment).Where(t => t.Item2 is not RoundingMode.HalfUpPositive).Sample((amount, mode, increment) =>
            Rounding.Round(-amount, mode, increment) == -Rounding.Round(amount, mode, increment));

    [Fact]
    public void Whole_minor_units_stay_as_they_are() =>
        Gen.Select(Gen.Long[-1_000_000_000_000_000, 1_000_000_000_000_000], Mode).Sample((amount, mode) => Rounding.Round(amount, mode) == amount);

    [Fact]
    public void The_framework_agrees_where_it_has_the_mode() =>
        Amount.Sample(amount =>
            Rounding.Round(amount, RoundingMode.HalfEven) == Math.Round(amount, MidpointRounding.ToEven)
            && Rounding.Round(amount, RoundingMode.HalfUp) == Math.Round(amount, MidpointRounding.AwayFromZero)
            && Rounding.Round(amount, RoundingMode.Down) == Math.Round(amount, MidpointRounding.ToZero));

    [Fact]
    public void What_does_not_fit_is_an_error() => Assert.Throws<OverflowException>(() => Rounding.Round(10_000_000_000_000_000_000m, RoundingMode.HalfUp));
}
