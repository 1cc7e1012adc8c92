using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;

namespace Commerce.Architecture;

/// <summary>Where money is reckoned there is no floating point: neither in what was written nor in what the compiler made of it.</summary>
public sealed partial class NoFloatingPointNearMoneyTests
{
    private static readonly string[] Near = ["Pricing", "Tax", "Payments", "Orders", "Carts", "Shipping"];

    /// <summary>Folders of vendors whose files are about money by another name.</summary>
    private static readonly string[] Vendors = ["Stripe", "Adyen", "Manual", "Avalara", "Commercetools"];

    private static readonly string[] Roles = ["grain-interfaces", "grains", "adapters", "api", "silo"];

    private static readonly Type[] Forbidden = [typeof(double), typeof(float), typeof(Half)];

    /// <summary>Sources that need floating point although they are near money, and why. What is not needed any more fails, too.</summary>
    private static readonly Dictionary<string, string> AllowedSources = new(StringComparer.Ordinal);

    /// <summary>The same of what was compiled.</summary>
    private static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
    };

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private static readonly HashSet<OpCode> Floating = [OpCodes.Ldc_R4, OpCodes.Ldc_R8, OpCodes.Conv_R4, OpCodes.Conv_R8, OpCodes.Conv_R_Un, OpCodes.Ldind_R4, OpCodes.Ldind_R8];

    [Fact]
    public void No_source_near_money_says_double_or_float()
    {
        var files = Roles.SelectMany(role => Directory.EnumerateFiles(Path.Combine(Root, role), "*.cs", SearchOption.AllDirectories)).Where(IsNearMoney).ToArray();

        Assert.True(files.Length > 50, $"Only {files.Length} files are near money: the folders have other names by now.");
        var found = files.Where(file => InText(File.ReadAllText(file)).Any()).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal);
        Assert.Equal(AllowedSources.Keys.Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public void Nothing_that_was_compiled_near_money_reckons_with_double_or_float()
    {
        var types = Assemblies().SelectMany(assembly => assembly.GetTypes()).Where(IsNearMoney).ToArray();
        Assert.True(types.Length > 200, $"Only {types.Length} types are near money: the namespaces have other names by now.");

        var found = types.SelectMany(In).Select(Written).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

        Assert.Empty(found.Except(Allowed.Keys, StringComparer.Ordinal));
        Assert.Empty(Allowed.Keys.Except(found, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("public double Price { get; }", "double")]
    [InlineData("var half = 0.5;", "0.5")]
    [InlineData("var big = 1e3;", "1e3")]
    [InlineData("var rate = 19f;", "19f")]
    [InlineData("return Double.Parse(text);", "Double")]
    [InlineData("// a double of 0.5\nvar text = \"a float of 1.5\"; var rate = 0.19m; var version = 1_000;", null)]
    public void A_source_that_does_is_noticed(string source, string? told) => Assert.Equal(told is null ? [] : [told], InText(source));

    [Fact]
    public void Code_that_does_is_noticed()
    {
        var members = In(typeof(Careless)).Select(member => member[(member.LastIndexOf('.') + 1)..]).Order(StringComparer.Ordinal);

        Assert.Equal(["<Rate>k__BackingField", "Arguments", "Calls", "Converts", "Rate", "get_Rate", "set_Rate"], members);
    }

    private static IEnumerable<Assembly> Assemblies() =>
        Directory.EnumerateFiles(AppContext.BaseDirectory, "Commerce.*.dll").Where(file => !Path.GetFileName(file).StartsWith("Commerce.Tests.", StringComparison.Ordinal)).Select(Assembly.LoadFrom);

    private static bool IsNearMoney(string file)
    {
        var parts = Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar);
        return !parts.Contains("obj") && !parts.Contains("bin")
            && (parts.Any(part => Near.Contains(part) || Vendors.Contains(part)) || parts is ["grain-interfaces", "Money.cs" or "Currency.cs" or "Rounding.cs" or "Apportion.cs"]);
    }

    private static bool IsNearMoney(Type type)
    {
        var outermost = type;
        while (outermost.DeclaringType is { } outer)
        {
            outermost = outer;
        }

        // What Orleans generates for a record lives under its own root, as OrleansCodeGen.Commerce.Pricing.
        return outermost.Namespace is { } name && name.StartsWith("Commerce", StringComparison.Ordinal)
            ? Near.Any(near => name == "Commerce." + near || name.StartsWith($"Commerce.{near}.", StringComparison.Ordinal))
                || outermost == typeof(Money) || outermost == typeof(Currency) || outermost == typeof(Rounding) || outermost == typeof(Apportion)
            : false;
    }

    /// <summary>What somebody wrote that the compiler made this member of: a step of an asynchronous method is that method.</summary>
    private static string Written(string member) =>
        member.Split('+') is [var type, .., var inner] && inner.IndexOf('>', StringComparison.Ordinal) is > 1 and var end && inner[0] == '<' ? $"{type}.{inner[1..end]}" : member;

    /// <summary>Words and literals of floating point, past comments and texts.</summary>
    private static IEnumerable<string> InText(string source) => FloatingPoint().Matches(CommentsAndTexts().Replace(source, " ")).Select(match => match.Value);

    private static IEnumerable<string> In(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        foreach (var field in type.GetFields(all).Where(field => IsForbidden(field.FieldType)))
        {
            yield return $"{type.FullName}.{field.Name}";
        }

        foreach (var property in type.GetProperties(all).Where(property => IsForbidden(property.PropertyType)))
        {
            yield return $"{type.FullName}.{property.Name}";
        }

        foreach (var method in type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)))
        {
            if (IsForbiddenIn(method) || method.GetMethodBody() is { } body && (body.LocalVariables.Any(local => IsForbidden(local.LocalType)) || Reckons(method, body)))
            {
                yield return $"{type.FullName}.{method.Name}";
            }
        }
    }

    private static bool Reckons(MethodBase method, MethodBody body)
    {
        var code = body.GetILAsByteArray()!;
        for (var at = 0; at < code.Length;)
        {
            var opCode = OpCodesByValue[code[at] == 0xFE ? unchecked((short)(0xFE00 | code[at + 1])) : code[at]];
            at += opCode.Size;
            if (Floating.Contains(opCode) || (opCode.OperandType is OperandType.InlineMethod && Called(method, BitConverter.ToInt32(code, at)) is { } called && IsForbiddenIn(called)))
            {
                return true;
            }

            at += opCode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }

        return false;
    }

    private static MethodBase? Called(MethodBase method, int token) => method.Module.ResolveMethod(
        token, method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null, method.IsGenericMethod ? method.GetGenericArguments() : null);

    private static bool IsForbiddenIn(MethodBase method) =>
        (method is MethodInfo { ReturnType: var returned } && IsForbidden(returned)) || method.GetParameters().Any(parameter => IsForbidden(parameter.ParameterType));

    private static bool IsForbidden(Type type) =>
        Forbidden.Contains(type) || (type.HasElementType && IsForbidden(type.GetElementType()!)) || (type.IsGenericType && type.GetGenericArguments().Any(IsForbidden));

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CommerceGrains.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|\"{3,}.*?\"{3,}|@"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\])'""", RegexOptions.Singleline, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex CommentsAndTexts();

    [GeneratedRegex("""\b(?:double|float|Double|Single|Half)\b(?!\()|(?<![\w.])(?:[0-9_]+\.[0-9_]+(?:[eE][+-]?[0-9]+)?|[0-9_]+[eE][+-]?[0-9]+|[0-9_]+(?=[fFdD]\b))[fFdD]?\b(?![mM])""", RegexOptions.None, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex FloatingPoint();

    /// <summary>What nobody may write.</summary>
    private sealed class Careless
    {
        public double Rate { get; set; }

        public static long Converts(long amount) => (long)(amount * 0.19);

        public static decimal Calls(TimeSpan time) => (decimal)time.TotalSeconds;

        public static void Arguments(IReadOnlyList<float?> rates) => ArgumentNullException.ThrowIfNull(rates);
    }
}
