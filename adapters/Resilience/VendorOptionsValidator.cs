using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commerce.Vendors;

/// <summary>Whether a vendor can be spoken to with these settings; asked at start and at every change.</summary>
/// <param name="optionsName">Of the account whose settings they are.</param>
/// <param name="section">Where they stand in the configuration.</param>
/// <param name="operations">Names that <see cref="VendorOptions.Operations"/> may have.</param>
internal sealed partial class VendorOptionsValidator<TOptions>(
    string optionsName, string section, IReadOnlyCollection<string> operations, bool isProduction, ILogger logger) : IValidateOptions<TOptions>
    where TOptions : VendorOptions
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        if ((name ?? Options.DefaultName) != optionsName)
        {
            return ValidateOptionsResult.Skip;
        }

        var faults = Faults(options).ToArray();
        if (faults.Length == 0)
        {
            return ValidateOptionsResult.Success;
        }

        NotTaken(section, string.Join(' ', faults));
        return ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> Faults(TOptions options)
    {
        foreach (var fault in VendorOptions.OutOfRange(options, section).Concat(options.Faults(section)))
        {
            yield return fault;
        }

        foreach (var (operation, own) in options.Operations)
        {
            var place = $"{section}:Operations:{operation}";
            if (!operations.Contains(operation, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{place} is none of its operations: {string.Join(", ", operations)}.";
            }

            foreach (var fault in VendorOptions.OutOfRange(own, place))
            {
                yield return fault;
            }

            if (own.AttemptTimeout > (own.TotalTimeout ?? options.TotalTimeout))
            {
                yield return $"{place}:AttemptTimeout is longer than TotalTimeout.";
            }
        }

        if (options.Chaos is { } chaos)
        {
            foreach (var fault in VendorOptions.OutOfRange(chaos, $"{section}:Chaos"))
            {
                yield return fault;
            }

            if (isProduction)
            {
                yield return $"{section}:Chaos disturbs calls on purpose and is refused in Production: remove it, or say what this environment is with DOTNET_ENVIRONMENT.";
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The settings {Section} are not valid and are not taken: {Faults}")]
    private partial void NotTaken(string section, string faults);
}
