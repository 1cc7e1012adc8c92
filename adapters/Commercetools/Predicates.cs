using System.Globalization;
using System.Text.RegularExpressions;
using Commerce.Pricing;

namespace Commerce.Commercetools;

/// <summary>The few forms of discount predicates that have a counterpart here. Whatever else is written is not guessed at.</summary>
internal static partial class Predicates
{
    private static readonly string[] Always = ["true", "1 = 1", "1=1", "true = true", ""];

    /// <summary>What has to be in the cart; null: it cannot be said here.</summary>
    /// <param name="groups">Our group by the id of theirs.</param>
    public static PromotionConditions? Cart(string predicate, IReadOnlyDictionary<string, string> groups)
    {
        var conditions = PromotionConditions.None;
        foreach (var part in Parts(predicate))
        {
            if (Always.Contains(part, StringComparer.Ordinal))
            {
                continue;
            }

            if (Count().Match(part) is { Success: true } count && conditions.MinimumQuantity == 0 && int.TryParse(count.Groups["n"].Value, out var units))
            {
                conditions = conditions with { MinimumQuantity = count.Groups["op"].Value == ">" ? units + 1 : units };
            }
            else if (Spend(part) is { } spend && conditions.MinimumSpend.IsEmpty)
            {
                conditions = conditions with { MinimumSpend = spend };
            }
            else if (Comparison().Match(part) is { Success: true } compared && Condition(conditions, compared.Groups["field"].Value, Values(compared), groups) is { } narrowed)
            {
                conditions = narrowed;
            }
            else
            {
                return null;
            }
        }

        return conditions;
    }

    /// <summary>Which lines are meant: every one, or those of some SKUs or products. False: it cannot be said here.</summary>
    public static bool Items(string? predicate, out ItemSelector? items)
    {
        items = null;
        if (predicate is null || Always.Contains(predicate.Trim(), StringComparer.Ordinal))
        {
            return predicate is not null;
        }

        if (Comparison().Match(predicate.Trim()) is not { Success: true } compared)
        {
            return false;
        }

        items = compared.Groups["field"].Value switch
        {
            "sku" or "variant.sku" => new ItemSelector { Skus = Values(compared) },
            "product.id" => new ItemSelector { Products = Values(compared) },
            _ => null,
        };

        return items is not null;
    }

    /// <summary>Whether it holds for every cart.</summary>
    public static bool IsAlways(string? predicate) => predicate is null || Always.Contains(predicate.Trim(), StringComparer.Ordinal);

    private static PromotionConditions? Condition(PromotionConditions conditions, string field, ImmutableArray<string> values, IReadOnlyDictionary<string, string> groups) => field switch
    {
        "customer.customerGroup.key" when conditions.CustomerGroups.IsEmpty => conditions with { CustomerGroups = [.. values.Select(key => key.ToLowerInvariant())] },
        "customer.customerGroup.id" when conditions.CustomerGroups.IsEmpty && values.All(groups.ContainsKey) => conditions with { CustomerGroups = [.. values.Select(id => groups[id])] },
        "shippingAddress.country" when conditions.Countries.IsEmpty => conditions with { Countries = values },
        _ => null,
    };

    /// <summary>A minimum, or one for each of several currencies, joined by <c>or</c>.</summary>
    private static ImmutableArray<Money>? Spend(string part)
    {
        var alternatives = (part is ['(', .. var inner, ')'] ? inner : part).Split(" or ", StringSplitOptions.TrimEntries);
        var spend = ImmutableArray.CreateBuilder<Money>();
        foreach (var alternative in alternatives)
        {
            if (Total().Match(alternative) is not { Success: true } total
                || !Currency.IsKnown(total.Groups["currency"].Value)
                || spend.Any(money => money.Currency == total.Groups["currency"].Value)
                || Minor(total.Groups["amount"].Value, total.Groups["currency"].Value) is not { } minimum)
            {
                return null;
            }

            spend.Add(minimum);
        }

        return spend.DrainToImmutable();
    }

    private static Money? Minor(string amount, string currency)
    {
        var minor = decimal.Parse(amount, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        for (var i = Currency.Exponent(currency); i > 0; i--)
        {
            minor *= 10m;
        }

        return minor == decimal.Truncate(minor) && minor <= long.MaxValue ? new Money((long)minor, currency) : null;
    }

    private static ImmutableArray<string> Values(Match compared) => [.. compared.Groups["value"].Captures.Select(value => value.Value)];

    /// <summary>What is joined by <c>and</c>, outside of brackets and quotes.</summary>
    private static IEnumerable<string> Parts(string predicate)
    {
        var (depth, quoted, start) = (0, false, 0);
        for (var i = 0; i < predicate.Length; i++)
        {
            quoted ^= predicate[i] == '"';
            depth += quoted ? 0 : predicate[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (!quoted && depth == 0 && predicate.AsSpan(i).StartsWith(" and ", StringComparison.Ordinal))
            {
                yield return predicate[start..i].Trim();
                start = i + 5;
            }
        }

        yield return predicate[start..].Trim();
    }

    [GeneratedRegex("""^lineItemCount\(\s*(?:true|1\s*=\s*1)\s*\)\s*(?<op>>=|>)\s*(?<n>\d{1,6})$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Count();

    [GeneratedRegex("""^lineItemTotal\(\s*(?:true|1\s*=\s*1)\s*\)\s*>=\s*"(?<amount>\d{1,15}(?:\.\d{1,4})?) (?<currency>[A-Z]{3})"$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Total();

    [GeneratedRegex("""^(?<field>[A-Za-z.]+)\s*(?:=\s*"(?<value>[^"\\]+)"|in\s*\(\s*"(?<value>[^"\\]+)"(?:\s*,\s*"(?<value>[^"\\]+)")*\s*\))$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comparison();
}
