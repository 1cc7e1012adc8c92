using System.Collections;
using System.Diagnostics;

namespace Commerce.Programs;

/// <summary>The programs as they were built, found from where these tests were built: beside them, in the same configuration.</summary>
public static class BuiltPrograms
{
    private static readonly string[] Inherited = ["Commerce__", "ConnectionStrings__", "ASPNETCORE_", "DOTNET_ENVIRONMENT", "OTEL_"];

    public static string Silo { get; } = Find("Commerce.Silo");

    public static string FrontEnd { get; } = Find("Commerce.Api");

    public static string Sandbox { get; } = Find("Commerce.Adapters.Sandbox");

    /// <summary>The load program.</summary>
    public static string Load => Find("Commerce.Tests.Load");

    /// <summary>The silo of the version after this one.</summary>
    public static string NextSilo => FindNext("Commerce.Silo");

    /// <summary>The front end of the version after this one.</summary>
    public static string NextFrontEnd => FindNext("Commerce.Api");

    /// <summary>The cores that programs are started on, as <c>taskset</c> writes them; null: all.</summary>
    public static string? Cores { get; set; }

    /// <summary>What starts a program; nothing of this process' own settings reaches it.</summary>
    public static ProcessStartInfo StartInfo(string dll, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        var start = new ProcessStartInfo(Cores is null ? dotnet : "taskset")
        {
            WorkingDirectory = Path.GetDirectoryName(dll)!,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var word in (IEnumerable<string>)(Cores is null ? [] : ["-c", Cores, dotnet]))
        {
            start.ArgumentList.Add(word);
        }

        start.ArgumentList.Add(dll);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (Inherited.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                start.Environment.Remove(name);
            }
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>The repository that the tests were built in.</summary>
    public static string Repository { get; } = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Parent!.Parent!.Parent!.FullName;

    private static string FindNext(string program)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name;
        var dll = Path.Combine(Repository, "artifacts", "next", "tree", "artifacts", "bin", program, configuration, program + ".dll");
        return File.Exists(dll) ? dll : throw new FileNotFoundException($"The next version is not built: run 'tests/Upgrade/build-next.sh {configuration}' first.", dll);
    }

    private static string Find(string program)
    {
        var mine = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)); // artifacts/bin/<tests>/<configuration>
        var dll = Path.Combine(mine.Parent!.Parent!.FullName, program, mine.Name, program + ".dll");
        return File.Exists(dll) ? dll : throw new FileNotFoundException($"Build {program} first, in the configuration '{mine.Name}'.", dll);
    }
}
