using System.Text.Json;
using Commerce.Problems;
using Xunit;

namespace Commerce.Tests.Unit.Api;

public sealed class ReferenceTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Every_operation_says_what_it_does_what_it_takes_and_how_it_refuses()
    {
        var document = (await api.Send(HttpMethod.Get, "/openapi/v1.json")).Json;
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);

        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => (Name: $"{operation.Name} {path.Name}", operation.Value))).ToList();
        Assert.True(operations.Count >= 35);
        Assert.All(operations, operation =>
        {
            var responses = operation.Value.GetProperty("responses").EnumerateObject().Select(response => response.Name).ToList();
            Assert.True(operation.Value.TryGetProperty("summary", out _) && operation.Value.TryGetProperty("operationId", out _), operation.Name);
            Assert.True(responses.Exists(status => status[0] == '2') && responses.Contains("503") && responses.Contains("429"), operation.Name);
            Assert.True(!operation.Name.Contains('{', StringComparison.Ordinal) || responses.Contains("404"), operation.Name);
            Assert.True(!operation.Value.TryGetProperty("requestBody", out var body) || body.GetProperty("content").GetProperty("application/json").TryGetProperty("example", out _), operation.Name);
        });
    }

    [Fact]
    public async Task Every_problem_is_in_it_and_every_reference_leads_somewhere()
    {
        var answer = await api.Send(HttpMethod.Get, "/openapi/v1.json");
        Assert.All(ProblemTypes.All, type => Assert.Contains($"\"{type.Code}\": {{", answer.Text, StringComparison.Ordinal));

        var references = References(answer.Json).Distinct(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.True(Leads(answer.Json, reference), reference));
    }

    [Fact]
    public async Task The_page_for_people_needs_nothing_from_elsewhere()
    {
        var page = await api.Send(HttpMethod.Get, "/docs/");
        Assert.DoesNotContain("cdn.", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("fonts.", page.Text, StringComparison.Ordinal);
        foreach (var script in System.Text.RegularExpressions.Regex.Matches(page.Text, "src=\"(?<at>[^\"]+)\"", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => match.Groups["at"].Value))
        {
            Assert.Equal(200, (await api.Send(HttpMethod.Get, new Uri(new Uri("http://x/docs/"), script).PathAndQuery)).Status);
        }
    }

    private static bool Leads(JsonElement document, string reference)
    {
        foreach (var step in reference[2..].Split('/'))
        {
            if (document.ValueKind is not JsonValueKind.Object || !document.TryGetProperty(step.Replace("~1", "/", StringComparison.Ordinal), out document))
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property is { Name: "$ref", Value.ValueKind: JsonValueKind.String } ? [property.Value.GetString()!] : References(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
