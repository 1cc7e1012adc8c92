using System.Collections.Immutable;
using System.Reflection;
using Commerce.Pricing;
using Commerce.Problems;
using Xunit;

namespace Commerce.Tests.Unit.Api;

public sealed class ProblemTests
{
    [Fact]
    public void Every_refusal_of_the_grains_is_in_the_table_with_the_status_of_its_kind()
    {
        var errors = AllErrors().ToList();
        Assert.True(errors.Count > 30, $"{errors.Count} found");
        Assert.All(errors, error => Assert.Equal(
            $"{error.Code} {StatusOf(error.Kind)}",
            $"{ProblemTypes.Find(error.Code)?.Code ?? "missing"} {ProblemTypes.Find(error.Code)?.Status}"));
    }

    [Fact]
    public void Every_reason_why_a_coupon_has_no_effect_is_in_the_table() => Assert.All(
        typeof(CouponRefusals).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!),
        code => Assert.Equal(422, ProblemTypes.Find(code)?.Status));

    [Fact]
    public void Every_code_is_there_once_and_explains_itself()
    {
        Assert.Equal(ProblemTypes.All.Count, ProblemTypes.All.Select(type => type.Code).Distinct(StringComparer.Ordinal).Count());
        Assert.All(ProblemTypes.All, type =>
        {
            Assert.Matches("^[a-z]+(-[a-z]+)*$", type.Code);
            Assert.Contains(type.Category, new[] { "client", "upstream", "data", "internal" });
            Assert.EndsWith(".", type.Cause, StringComparison.Ordinal);
            Assert.EndsWith(".", type.Remedy, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_page_in_the_documentation_is_the_table()
    {
        var file = Path.Combine(Root(), "docs", "errors.md");
        if (Environment.GetEnvironmentVariable("COMMERCE_WRITE_DOCS") == "1")
        {
            File.WriteAllText(file, ProblemPages.Markdown());
        }

        Assert.True(File.Exists(file) && File.ReadAllText(file) == ProblemPages.Markdown(), "docs/errors.md is out of date: run this test with COMMERCE_WRITE_DOCS=1");
    }

    private static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid or ErrorKind.KeyReused => 422,
        ErrorKind.NotFound => 404,
        ErrorKind.Conflict => 409,
        ErrorKind.Stale => 412,
        ErrorKind.Unavailable => 503,
        ErrorKind.Busy => 429,
        ErrorKind.Malformed => 400,
        _ => 500,
    };

    private static IEnumerable<CommerceError> AllErrors() =>
        from type in typeof(CommerceError).Assembly.GetTypes()
        where type.IsAbstract && type.IsSealed && type.Name.EndsWith("Errors", StringComparison.Ordinal)
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
        where method.ReturnType == typeof(CommerceError)
        select (CommerceError)method.Invoke(null, [.. method.GetParameters().Select(Sample)])!;

    private static object? Sample(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(string) ? "x"
        : parameter.ParameterType == typeof(Money) ? new Money(1, "EUR")
        : parameter.ParameterType == typeof(Quote) ? new Quote()
        : parameter.ParameterType == typeof(ImmutableArray<string>) ? ImmutableArray<string>.Empty
        : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType)
        : null;

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "CommerceGrains.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("Not inside the repository.");
        }

        return directory.FullName;
    }
}
