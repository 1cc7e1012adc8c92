using Commerce.Payments;

namespace Commerce.Tests.Payments;

public sealed class CsvLinesTests
{
    [Theory]
    [InlineData("a,b\n1,2\n", "1|2")]
    [InlineData("\uFEFFa,b\r\n1,2\r\n3,4", "1|2;3|4")]
    [InlineData("a,b\n\"x, y\",\"say \"\"yes\"\"\"\n", "x, y|say \"yes\"")]
    [InlineData("a,b\n\"two\nlines\",\n", "two\nlines|")]
    [InlineData("a,b\n\n1\n", "1|")]
    [InlineData("a,b\n", "")]
    public void Fields_are_read_by_the_header_with_or_without_quotes(string text, string expected) =>
        Assert.Equal(expected, string.Join(';', CsvLines.Read(text).Select(line => $"{line["a"]}|{line["b"]}")));

    [Theory]
    [InlineData("a,b\n\"1,2\n")]
    [InlineData("a,b\n\"1\"x,2\n")]
    [InlineData("a,b\n1\"2,3\n")]
    public void What_is_no_CSV_is_not_guessed_at(string text) => Assert.Throws<FormatException>(() => CsvLines.Read(text).ToArray());
}
