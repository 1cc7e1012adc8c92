using System.Text.Json;
using System.Text.Json.Serialization;

namespace Commerce.Shop;

/// <summary>A folder of JSON files, read strictly: a field that nobody knows is a mistake, not a comment.</summary>
internal sealed class ShopFolder(string directory)
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        AllowOutOfOrderMetadataProperties = true,
        AllowTrailingCommas = true,
        NumberHandling = JsonNumberHandling.Strict,
        ReadCommentHandling = JsonCommentHandling.Skip,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The entries of a file, which is one JSON array.</summary>
    /// <exception cref="ShopFileException">It is missing, or is not what it should be.</exception>
    public ImmutableArray<T> Read<T>(string file)
    {
        try
        {
            using var stream = File.OpenRead(Path.Combine(directory, file));

            return JsonSerializer.Deserialize<ImmutableArray<T>?>(stream, Strict)
                ?? throw new ShopFileException(file, "$", "is null. Write a list: [ … ].");
        }
        catch (JsonException e)
        {
            throw new ShopFileException(file, $"line {e.LineNumber + 1}, {e.Path ?? "$"}", $"cannot be read: {e.Message} Correct it there; docs/shop-files.md has the format.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ShopFileException(
                file, "the whole file", $"cannot be opened in '{directory}'. Put it there, or set {ShopOptions.Section}:{nameof(ShopOptions.Directory)} to the folder that has it.", e);
        }
    }

    /// <summary>As <see cref="Read{T}"/>; nothing when there is no such file.</summary>
    public ImmutableArray<T> ReadOptional<T>(string file) => File.Exists(Path.Combine(directory, file)) ? Read<T>(file) : [];

    /// <summary>The JSON files of a subfolder by name, relative to this one.</summary>
    public ImmutableArray<string> Files(string subfolder)
    {
        var path = Path.Combine(directory, subfolder);

        return Directory.Exists(path) && Directory.GetFiles(path, "*.json") is { Length: > 0 } found
            ? [.. found.Select(f => $"{subfolder}/{Path.GetFileName(f)}").Order(StringComparer.Ordinal)]
            : throw new ShopFileException(
                $"{subfolder}/*.json", "the whole folder", $"has no file in '{directory}'. Put one there, or set {ShopOptions.Section}:{nameof(ShopOptions.Directory)} to the folder that has it.");
    }
}

/// <summary>A shop's file cannot be used; says which one, where, and what to do about it.</summary>
public sealed class ShopFileException : Exception
{
    public ShopFileException(string file, string where, string remedy, Exception? inner = null)
        : base($"{file}, {where}: {remedy}", inner) => File = file;

    /// <summary>Relative to the shop's folder.</summary>
    public string File { get; }
}

/// <summary>The entry of a file that is being checked.</summary>
internal readonly record struct Entry(string File, string Where)
{
    public static Entry Of(string file, int index) => new(file, $"$[{index}]");

    public Entry Field(string name) => this with { Where = $"{Where}.{name}" };

    public void Must(bool holds, string remedy)
    {
        if (!holds)
        {
            throw new ShopFileException(File, Where, remedy);
        }
    }

    /// <summary>The first of the rules that it breaks, with its place: <c>/prices/TEA/0/amount</c> is <c>$[2].prices['TEA'][0].amount</c>.</summary>
    public void MustHold(ImmutableArray<Fault> faults)
    {
        if (faults is [var fault, ..])
        {
            throw new ShopFileException(File, Where + Place(fault.Pointer), fault.Remedy);
        }
    }

    private static string Place(string pointer) => string.Concat(pointer.Split('/').Skip(1).Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).Select(step =>
        step.All(char.IsAsciiDigit) ? $"[{step}]" : step.All(char.IsAsciiLetter) && !step.All(char.IsAsciiLetterUpper) ? "." + step : $"['{step}']"));

    public void MustBeCurrency(string currency) =>
        Must(Currency.IsKnown(currency), $"'{currency}' is no ISO 4217 currency. Write three capital letters, as EUR.");

    public void MustBeCountry(string country) =>
        Must(country is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'], $"'{country}' is no ISO 3166 country. Write two capital letters, as DE.");
}
