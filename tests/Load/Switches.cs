using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Commerce.Load.Buying;
using Commerce.Load.Measuring;
using Commerce.Load.Shops;

namespace Commerce.Load;

/// <summary>The switches that all commands share, and what they lead to: a shop, and a place for the results.</summary>
internal static class Switches
{
    public static readonly Option<Uri> Url = new("--url")
    {
        Description = "The shop that is put under load.",
        CustomParser = static result => Parsed(result, static text => new Uri(text)),
        DefaultValueFactory = static _ => new Uri("http://127.0.0.1:5000"),
    };
    public static readonly Option<string> AdminKey = new("--admin-key") { Description = "Its operators' key: stocks the goods before, and reads the books after the run.", DefaultValueFactory = static _ => "" };
    public static readonly Option<int?> Pid = new("--pid") { Description = "The shop's process: its memory is watched, and a silo that is to be killed is this one." };
    public static readonly Option<bool> Start = new("--start") { Description = "Starts a shop for this run instead, and ends it afterwards (the programs of this build)." };
    public static readonly Option<string> Database = new Option<string>("--database") { Description = "What a started shop is kept in: postgres (a private server, by tests/postgres.sh) or files.", DefaultValueFactory = static _ => "postgres" }.AcceptOnlyFromAmong("postgres", "files");
    public static readonly Option<int> Silos = new("--silos") { Description = "Silos of a started shop; several stand behind a front end of its own.", DefaultValueFactory = static _ => 1 };
    public static readonly Option<string[]> Set = new("--set") { Description = "A setting of the started shop, as Commerce__Checkouts__Lifetime=00:00:20. May be given several times.", DefaultValueFactory = static _ => [] };
    public static readonly Option<bool> Pin = new("--pin") { Description = "The load gets the last core (of many: a quarter) to itself, a started shop and its database the others." };
    public static readonly Option<FileInfo?> Json = new("--json") { Description = "Writes all results there, second by second." };
    public static readonly Option<FileInfo?> Png = new("--png") { Description = "Draws them there." };
    public static readonly Option<bool> NoCheck = new("--no-check") { Description = "Does not read the books afterwards." };
    public static readonly Option<TimeSpan> Rest = Duration("--rest", "60s", "How long what is still under way may take to come to its end before the books are read.");
    public static readonly Option<Payment> Pay = new("--payment")
    {
        Description = "How buyers pay: provider/method.",
        CustomParser = static result => Parsed(result, Payment.Parse),
        DefaultValueFactory = static _ => Payment.Parse("manual/invoice"),
    };

    public static Command With(this Command command, params ReadOnlySpan<Option> own)
    {
        foreach (var option in own)
        {
            command.Options.Add(option);
        }

        foreach (var option in (Option[])[Pay, Url, AdminKey, Pid, Start, Database, Silos, Set, Pin, Json, Png, NoCheck, Rest])
        {
            command.Options.Add(option);
        }

        return command;
    }

    /// <summary>A time as 500ms, 30s, 5m or 2h; a bare number is seconds.</summary>
    public static Option<TimeSpan> Duration(string name, string fallback, string description) => new(name)
    {
        Description = description + " As 500ms, 30s, 5m or 2h.",
        CustomParser = static result => Parsed(result, Time),
        DefaultValueFactory = _ => Time(fallback),
    };

    /// <summary>A share as 5% or 0.05.</summary>
    public static Option<double> Share(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = static result => Parsed(result, ShareOf),
    };

    /// <summary>Three numbers with commas between them.</summary>
    public static Option<double[]> Three(string name, string fallback, string description) => new(name)
    {
        Description = $"{description} [default: {fallback}]",
        CustomParser = result => Parsed(result, text => Numbers(name, text)),
        DefaultValueFactory = _ => Numbers(name, fallback),
    };

    private static double[] Numbers(string name, string text) => text.Split(',') is { Length: 3 } three
        ? [.. three.Select(Number)]
        : throw new FormatException($"{name} takes three numbers, as 70,20,10.");

    public static double ShareOf(string text)
    {
        var share = text.EndsWith('%') ? Number(text[..^1]) / 100 : Number(text);
        return share is >= 0 and <= 1 ? share : throw new FormatException($"'{text}' is no share: write 5% or 0.05.");
    }

    public static TimeSpan Time(string text) => text switch
    {
        _ when text.EndsWith("ms", StringComparison.Ordinal) => TimeSpan.FromMilliseconds(Number(text[..^2])),
        [.., 's'] => TimeSpan.FromSeconds(Number(text[..^1])),
        [.., 'm'] => TimeSpan.FromMinutes(Number(text[..^1])),
        [.., 'h'] => TimeSpan.FromHours(Number(text[..^1])),
        _ => TimeSpan.FromSeconds(Number(text)),
    };

    /// <summary>The shop that the switches name, or the one that they start.</summary>
    /// <param name="goods">A folder with what a started shop sells; null: the sample shop.</param>
    /// <param name="needed">Settings of a started shop that the run needs, unless <c>--set</c> says otherwise.</param>
    public static async Task<(Target Target, Cores Cores)> Shop(this ParseResult given, string? goods = null, IReadOnlyDictionary<string, string>? needed = null)
    {
        var cores = given.GetValue(Pin) ? Cores.Apart() : Cores.Shared;
        if (!given.GetValue(Start))
        {
            cores.Take();
            return (Target.Running(given.GetValue(Url)!, given.GetValue(AdminKey)!, given.GetValue(Pid)), cores);
        }

        var settings = new Dictionary<string, string>(needed ?? new Dictionary<string, string>());
        foreach (var setting in given.GetValue(Set)!)
        {
            var (name, value) = setting.Split('=', 2) is [var left, var right] ? (left, right) : throw new FormatException($"--set {setting}: write NAME=VALUE.");
            settings[name] = value;
        }

        await Console.Error.WriteLineAsync("starting the shop ...");
        return (await Target.New(new Start(given.GetValue(Database) == "postgres", given.GetValue(Silos), goods, settings), cores), cores);
    }

    public static Task<int> Publish(this ParseResult given, Report report) => report.Publish(given.GetValue(Json)?.FullName, given.GetValue(Png)?.FullName);

    /// <summary>The arguments as they were typed, without the key.</summary>
    public static string Words(this ParseResult given) => string.Join(' ', given.Tokens.Select(static token => token.Value))
        .Replace(given.GetValue(AdminKey) is { Length: > 0 } key ? key : "\0", "…", StringComparison.Ordinal);

    private static double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0
        ? number
        : throw new FormatException($"'{text}' is no number.");

    public static T? Parsed<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens.Single().Value);
        }
        catch (FormatException e)
        {
            result.AddError(e.Message);
            return default;
        }
    }
}
