namespace Commerce.Payments;

/// <summary>
/// Minor units as Stripe counts them, which for some currencies is not as ISO 4217 does. An amount that Stripe cannot hold is refused, never rounded.
/// </summary>
/// <remarks>https://docs.stripe.com/currencies, as of 2025-10: zero-decimal and three-decimal currencies, the special cases ISK and UGX, smallest and largest charges.</remarks>
internal static class StripeAmounts
{
    /// <summary>False with the reason when Stripe cannot charge that amount.</summary>
    public static bool TryWrite(Money money, out long amount, out string refusal)
    {
        amount = 0;
        refusal = "";
        if (money.Amount <= 0)
        {
            refusal = "An amount is above zero.";
            return false;
        }

        if (Scale(money.Currency) is not { } scale)
        {
            refusal = $"Stripe does not take {money.Currency}.";
            return false;
        }

        if (scale < 0 && money.Amount % -scale != 0)
        {
            refusal = $"Stripe takes {money.Currency} in steps of {-scale} minor units only; {money.Amount} is not one.";
            return false;
        }

        if (scale == Tens && money.Amount % 10 != 0)
        {
            refusal = $"Stripe takes {money.Currency} with a last digit of 0 only; {money.Amount} is not such an amount.";
            return false;
        }

        amount = scale switch { < 0 => money.Amount / -scale, Tens => money.Amount, _ => checked(money.Amount * scale) };
        return true;
    }

    /// <summary>Why Stripe would not charge that amount; null when it would.</summary>
    public static string? Refuse(Money money) =>
        !TryWrite(money, out var amount, out var refusal) ? refusal
        : amount > Most ? $"Stripe takes at most {Read(Most, money.Currency)?.ToString() ?? "99999999 of its minor units"} at a time."
        : amount < Least(money.Currency) ? $"Stripe takes at least {Read(Least(money.Currency), money.Currency)}."
        : null;

    /// <summary>A time as the library reads it, which is UTC and does not always say so.</summary>
    public static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    /// <summary>What Stripe said, in our minor units; null when no such amount can exist.</summary>
    public static Money? Read(long amount, string? currency)
    {
        if (amount < 0 || currency is not { Length: 3 })
        {
            return null;
        }

        currency = Upper(currency);
        return Scale(currency) switch
        {
            null => null,
            < 0 and var scale => new Money(checked(amount * -scale), currency),
            Tens or 1 => new Money(amount, currency),
            { } scale when amount % scale == 0 => new Money(amount / scale, currency),
            _ => null,
        };
    }

    /// <summary>Eight digits.</summary>
    private const long Most = 99_999_999;

    /// <summary>Smallest charge in Stripe's minor units, as documented by the currency of the charge; elsewhere anything above zero.</summary>
    private static long Least(string currency) => currency switch
    {
        "USD" or "EUR" or "AUD" or "BRL" or "CAD" or "CHF" or "INR" or "JPY" or "NZD" or "SGD" => 50,
        "GBP" => 30,
        "BGN" => 100,
        "AED" or "MYR" or "PLN" or "RON" => 200,
        "DKK" => 250,
        "NOK" or "SEK" => 300,
        "HKD" => 400,
        "MXN" or "THB" => 1_000,
        "CZK" => 1_500,
        "HUF" => 17_500,
        _ => 1,
    };

    /// <summary>Marks a currency of three digits of which Stripe wants the last to be 0.</summary>
    private const int Tens = 10;

    /// <summary>Stripe's units in one of ours; negative: our units in one of Stripe's. Null: a currency that Stripe does not take.</summary>
    private static int? Scale(string currency) => currency switch
    {
        "EUR" or "USD" or "GBP" => 1,

        // No minor unit by ISO; two digits at Stripe, for old integrations.
        "ISK" or "UGX" => 100,

        // Two digits by ISO; none at Stripe.
        "MGA" => -100,
        "BHD" or "JOD" or "KWD" or "OMR" or "TND" => Tens,
        "CLF" or "UYW" or "UYI" or "IQD" or "LYD" => null,
        { Length: 3 } => 1,
        _ => null,
    };

    private static string Upper(string currency) => currency switch
    {
        "eur" => "EUR",
        "usd" => "USD",
        "gbp" => "GBP",
        "jpy" => "JPY",
        _ => currency.ToUpperInvariant(),
    };
}
