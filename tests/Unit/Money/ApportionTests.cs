namespace Commerce;

public sealed class ApportionTests
{
    private static readonly Gen<long> Amount = Gen.OneOf<long>(Gen.Long[-1000, 1000], Gen.Long);
    private static readonly Gen<long[]> Weights = Gen.OneOf<long>(Gen.Long[0, 20], Gen.Long[0, long.MaxValue]).Array[1, 20];

    [Fact]
    public void The_shares_add_up_to_the_last_minor_unit() =>
        Gen.Select(Amount, Weights).Sample((amount, weights) => Apportion.LargestRemainder(amount, weights).Aggregate((Int128)0, (sum, share) => sum + share) == amount);

    [Fact]
    public void Taking_away_mirrors_giving() =>
        Gen.Select(Amount.Where(a => a != long.MinValue), Weights).Sample((amount, weights) =>
            Apportion.LargestRemainder(-amount, weights).SequenceEqual(Apportion.LargestRemainder(amount, weights).Select(share => -share)));

    [Fact]
    public void A_larger_weight_never_gets_less() =>
        Gen.Select(Gen.Long[0, 1_000_000], Weights).Sample((amount, weights) =>
        {
            var shares = Apportion.LargestRemainder(amount, weights);
            var pairs = from i in Enumerable.Range(0, weights.Length) from j in Enumerable.Range(0, weights.Length) select (i, j);

            return pairs.All(p => weights[p.i] <= weights[p.j] || shares[p.i] >= shares[p.j]);
        });

    [Fact]
    public void No_share_is_a_whole_unit_away_from_its_exact_part() =>
        Gen.Select(Gen.Long[-1_000_000, 1_000_000], Gen.Long[0, 10_000].Array[1, 20]).Where(t => t.Item2.Sum() > 0).Sample((amount, weights) =>
            Apportion.LargestRemainder(amount, weights).Zip(weights).All(t => Math.Abs(t.First - ((decimal)amount * t.Second / weights.Sum())) < 1));

    [Fact]
    public void Nobody_gives_more_than_they_have() =>
        Gen.Select(Gen.Long[0, 10_000].Array[1, 20], Gen.Int[0, 100]).Sample((weights, percent) =>
            Apportion.LargestRemainder(weights.Sum() * percent / 100, weights).Zip(weights).All(t => t.First <= t.Second));

    [Fact]
    public void Who_weighs_nothing_gets_nothing() =>
        Gen.Select(Amount, Weights).Where(t => t.Item2.Any(w => w > 0)).Sample((amount, weights) =>
            Apportion.LargestRemainder(amount, weights).Zip(weights).All(t => t.Second != 0 || t.First == 0));

    [Theory]
    [InlineData(300, new long[] { 123 }, new long[] { 300 })]
    [InlineData(300, new long[] { 4000, 2000, 2000 }, new long[] { 150, 75, 75 })]
    [InlineData(-300, new long[] { 4000, 2000, 2000 }, new long[] { -150, -75, -75 })]
    [InlineData(100, new long[] { 1, 1, 1 }, new long[] { 34, 33, 33 })]
    [InlineData(-100, new long[] { 1, 1, 1 }, new long[] { -34, -33, -33 })]
    [InlineData(2, new long[] { 1, 1, 1 }, new long[] { 1, 1, 0 })]
    [InlineData(10, new long[] { 0, 0, 0, 0 }, new long[] { 3, 3, 2, 2 })]
    [InlineData(7, new long[] { 0, 5, 0, 5 }, new long[] { 0, 4, 0, 3 })]
    [InlineData(long.MaxValue, new long[] { long.MaxValue, long.MaxValue }, new long[] { 4611686018427387904, 4611686018427387903 })]
    [InlineData(long.MinValue, new long[] { 1 }, new long[] { long.MinValue })]
    public void An_amount_is_spread_to_the_last_cent(long amount, long[] weights, long[] shares) =>
        Assert.Equal(shares, Apportion.LargestRemainder(amount, weights));

    [Fact]
    public void There_must_be_something_to_spread_over()
    {
        Assert.Empty(Apportion.LargestRemainder(0, []));
        Assert.Throws<ArgumentException>(() => Apportion.LargestRemainder(1, []));
        Assert.Throws<ArgumentException>(() => Apportion.LargestRemainder(1, [2, -1]));
    }
}
