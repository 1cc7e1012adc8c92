using System.Diagnostics;
using System.Text.RegularExpressions;
using Commerce.Programs;

namespace Commerce.Journeys;

/// <summary>The README is run, not only read.</summary>
[Collection(OneShop.Name)]
public sealed class ReadmeTests(RunningShop running)
{
    [Fact]
    public async Task The_walk_through_of_the_README_works_when_it_is_pasted()
    {
        var script = (Script("## Buy something") + Script("## Try a price") + Script("## Try every way a payment can go"))
            .Replace("http://localhost:5000", running.Client.Address.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("$(cat data/admin-key)", ShopProcess.AdminKey, StringComparison.Ordinal);

        var said = await Bash(script);

        Assert.Matches("status: confirmed, order: ord_[0-9a-z]{26}", said);
        Assert.Contains("\"adjustments\":[{\"source\":\"coupon:WELCOME10\"", said, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"commerce.order.placed.v1\"", said, StringComparison.Ordinal);
        Assert.Contains("event: commerce.order.captured.v1", said, StringComparison.Ordinal);
        Assert.Contains("event: commerce.order.refunded.v1", said, StringComparison.Ordinal);
        Assert.Contains("\"gross\":6321", said, StringComparison.Ordinal);
        Assert.Contains("Tea week: 15 % off tea", said, StringComparison.Ordinal);
        Assert.Contains("10 % off your first order (code WELCOME10)", said, StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"insufficient_funds\"", said, StringComparison.Ordinal);
        Assert.Matches("\norder: ord_[0-9a-z]{26}", said);
        Assert.Contains("\"type\":\"CAPTURE\"", said, StringComparison.Ordinal);
        Assert.Contains("\"provider\":\"stripe\",\"from\"", said, StringComparison.Ordinal);
        Assert.DoesNotContain("/problems/", said, StringComparison.Ordinal);
    }

    private static string Script(string title)
    {
        var readme = File.ReadAllText(Path.Combine(BuiltPrograms.Repository, "README.md"));
        var chapter = readme[readme.IndexOf(title, StringComparison.Ordinal)..];
        return Regex.Match(chapter, "```sh\n(?<script>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["script"].Value;
    }

    private static async Task<string> Bash(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", "-s") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = bash.StandardOutput.ReadToEndAsync();
        var errors = bash.StandardError.ReadToEndAsync();
        await bash.StandardInput.WriteAsync(script);
        bash.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await bash.WaitForExitAsync(patience.Token);
        return await output + await errors;
    }
}
