namespace Commerce.Tests.Unit;

/// <summary>Cases as tables that a shop owner can read: CSV with a line of headings, no quotes; fields that are lists are parted by spaces.</summary>
internal static class Tables
{
    /// <summary>The rows of a file beside the tests, field by field.</summary>
    public static IReadOnlyList<string[]> Table(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, file));
        var columns = lines[0].Split(',').Length;
        return [.. lines.Skip(1).Select((line, i) => line.Split(',') is var fields && fields.Length == columns
            ? fields
            : throw new FormatException($"{file}, line {i + 2}: {fields.Length} fields instead of {columns}."))];
    }
}
