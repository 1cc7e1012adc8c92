using System.Reflection;
using System.Text.RegularExpressions;
using Commerce.Tests.Unit.Api;

namespace Commerce.Tests.Unit.Deploy;

/// <summary>
/// What lies in <c>deploy/</c> speaks of settings and metrics by name. Names of Npgsql's and Polly's metrics are not checked here, since no process
/// of these tests has them: <c>deploy/check-metrics</c> asks a running shop.
/// </summary>
public sealed class DeployFileTests(ApiHost api) : IClassFixture<ApiHost>
{
    private static readonly string Root = FindRoot();

    private static readonly Regex
        Setting = Pattern(@"\bCommerce__\w+"),
        Name = Pattern("`(?<it>[A-Za-z_]+)`"),
        Instrument = Pattern(@"Create(Observable)?(Counter|UpDownCounter|Histogram|Gauge)(<\w+>)?\(\s*""(?<it>[^""]+)"),
        Exported = Pattern(@"# TYPE (?<it>\w+)"),
        Metric = Pattern(@"\b(commerce|orleans|http|kestrel|dotnet)_[a-z0-9_]+"),
        NamesLabels = Pattern(@"\{[^{}]*\}|\bby \([^()]*\)"),
        AddedByExporter = Pattern("(_(milliseconds|seconds|bytes|megabytes))?(_total|_bucket|_sum|_count)?$");

    private static readonly string[] MetricFiles = ["prometheus/commerce.rules.yml", "prometheus/commerce.rules.test.yml", "grafana/dashboards/commerce.json"];

    [Fact]
    public void Every_setting_in_the_files_is_one_that_the_README_names()
    {
        var named = SettingsOfReadme().ToHashSet(StringComparer.Ordinal);

        Assert.Contains("Commerce__Stripe__WebhookSecret", named);
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(Root, "deploy"), "*", SearchOption.AllDirectories)
                .SelectMany(file => Setting.Matches(File.ReadAllText(file)).Select(match => (File: Path.GetRelativePath(Root, file), match.Value))),
            used => Assert.True(named.Contains(used.Value), $"{used.File} sets {used.Value}, which the README's table does not name."));
    }

    [Fact]
    public void Every_metric_of_ours_is_one_that_the_code_makes() =>
        AssertKnown("commerce_", ((string[])["grains", "silo", "api", "adapters"])
            .SelectMany(static folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .SelectMany(static file => Instrument.Matches(File.ReadAllText(file)))
            .Select(static made => made.Groups["it"].Value));

    [Fact]
    public void Every_metric_of_the_cluster_is_one_that_Orleans_has() =>
        AssertKnown("orleans_", Assembly.Load("Orleans.Core").GetType("Orleans.Runtime.InstrumentNames", throwOnError: true)!
            .GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(static field => field.GetRawConstantValue()).OfType<string>());

    [Fact]
    public async Task Every_metric_of_the_process_is_one_that_a_front_end_exports()
    {
        GC.Collect(); // some are there after the first
        await api.Send(HttpMethod.Get, "/health/live");
        var exported = Exported.Matches((await api.Send(HttpMethod.Get, "/metrics")).Text).Select(static line => line.Groups["it"].Value).ToArray();

        foreach (var family in (string[])["http_", "kestrel_", "dotnet_"])
        {
            AssertKnown(family, exported);
        }
    }

    [Fact]
    public void Orchestrators_wait_longer_than_a_silo_may_take_to_stop()
    {
        var takes = Seconds(@"ShutdownTimeout = TimeSpan\.FromSeconds\((?<it>\d+)\)", "silo/CommerceSilo.cs");

        Assert.InRange(Seconds(@"stop_grace_period: (?<it>\d+)s # a silo", "deploy/compose.yaml"), takes + 5, 600);
        Assert.InRange(Seconds(@"terminationGracePeriodSeconds: (?<it>\d+)", "deploy/kubernetes/silo.yaml"), takes + 5, 600);
        Assert.InRange(
            Seconds(@"terminationGracePeriodSeconds: (?<it>\d+)", "deploy/kubernetes/api.yaml") - Seconds(@"command: \[sleep, ""(?<it>\d+)""\]", "deploy/kubernetes/api.yaml"), takes + 5, 600);
    }

    /// <param name="known">Names of instruments, or of what is exported.</param>
    private static void AssertKnown(string family, IEnumerable<string> known)
    {
        var names = known.Select(Bare).ToHashSet(StringComparer.Ordinal);
        var used = MetricFiles
            .SelectMany(file => Metric.Matches(NamesLabels.Replace(File.ReadAllText(Path.Combine(Root, "deploy", file)).Replace("\\\"", "\"", StringComparison.Ordinal), " ")))
            .Select(static match => match.Value).Where(name => name.StartsWith(family, StringComparison.Ordinal)).Distinct().ToArray();

        Assert.NotEmpty(used);
        Assert.All(used, name => Assert.True(names.Contains(Bare(name)), $"Nothing exports {name}."));
    }

    /// <summary>Without what the exporter adds: unit and kind.</summary>
    private static string Bare(string name) => AddedByExporter.Replace(name.Replace('.', '_').Replace('-', '_'), "");

    private static int Seconds(string pattern, string file) =>
        int.Parse(Assert.Single(Pattern(pattern).Matches(File.ReadAllText(Path.Combine(Root, file)))).Groups["it"].Value);

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    /// <summary>The first column of the table; a name that begins with <c>__</c> goes on where the one before it has its last part.</summary>
    private static IEnumerable<string> SettingsOfReadme()
    {
        foreach (var row in File.ReadLines(Path.Combine(Root, "README.md")).Where(static line => line.StartsWith("| `", StringComparison.Ordinal)))
        {
            var last = "";
            foreach (Match name in Name.Matches(row.Split('|')[1]))
            {
                var part = name.Groups["it"].Value;
                last = part.StartsWith("__", StringComparison.Ordinal) ? last[..last.LastIndexOf("__", StringComparison.Ordinal)] + part : part;
                yield return last;
            }
        }
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CommerceGrains.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }
}
