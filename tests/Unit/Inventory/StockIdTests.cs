using Commerce.Inventory;

namespace Commerce.Tests.Unit.Inventory;

public sealed class StockIdTests
{
    [Theory]
    [InlineData("stk_TEA", "TEA", null, null)]
    [InlineData("stk_TEA @berlin", "TEA", "berlin", null)]
    [InlineData("stk_TEA #0", "TEA", null, 0)]
    [InlineData("stk_TEA @berlin #12", "TEA", "berlin", 12)]
    [InlineData("stk_A#1@b", "A#1@b", null, null)]
    public void An_id_names_a_sku_perhaps_a_location_and_perhaps_a_bucket(string id, string sku, string? location, int? bucket)
    {
        Assert.Equal(new StockId(sku, location, bucket), StockId.Parse(id));
        Assert.Equal(id, new StockId(sku, location, bucket).ToString());
        Assert.Equal(sku, StockId.SkuOf(id));
    }

    [Theory]
    [InlineData("TEA")]
    [InlineData("stk_")]
    [InlineData("stk_TEA ")]
    [InlineData("stk_TEA lowest")]
    [InlineData("stk_TEA held chk_1:TEA")]
    [InlineData("stk_TEA @")]
    [InlineData("stk_TEA #")]
    [InlineData("stk_TEA #x")]
    [InlineData("stk_TEA #01")]
    [InlineData("stk_TEA #-1")]
    [InlineData("stk_TEA #1 @berlin")]
    public void What_is_no_id_of_a_stock_item_is_refused(string id)
    {
        Assert.False(StockId.TryParse(id, out _));
        Assert.Throws<FormatException>(() => StockId.Parse(id));
    }

    [Fact]
    public void Whatever_is_written_is_read_again() => Gen.Select(
        Gen.Char['!', '~'].Array[1, 64], Gen.Bool, Gen.Char['a', 'z'].Array[1, 40], Gen.Int[-1, 5_000]).Sample((sku, placed, location, bucket) =>
        {
            var id = new StockId(new string(sku), placed ? new string(location) : null, bucket < 0 ? null : bucket);
            return StockId.Parse(id.ToString()) == id && StockId.SkuOf(id.ToString()) == id.Sku;
        });
}
