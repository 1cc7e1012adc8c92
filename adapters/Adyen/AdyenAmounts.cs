namespace Commerce.Payments;

/// <summary>
/// Minor units as Adyen counts them, which for a few currencies is not as ISO 4217 does. An amount that Adyen cannot hold is refused, never rounded.
/// </summary>
/// <remarks>https://docs.adyen.com/development-resources/currency-codes: where its table and ISO 4217 differ (CLP, CVE, IDR, ISK), the table leads.</remarks>
internal static class AdyenAmounts
{
    /// <summary>False with the reason when Adyen cannot charge that amount.</summary>
    public static bool TryWrite(Money money, out AdyenAmount amount, out string refusal)
    {
        amount = new AdyenAmount(money.Currency, 0);
        refusal = "";
        if (money.Amount <= 0)
        {
            refusal = "An amount is above zero.";
            return false;
        }

        if (Scale(money.Currency) is not { } scale)
        {
            refusal = $"Adyen does not take {money.Currency}.";
            return false;
        }

        if (scale < 0 && money.Amount % -scale != 0)
        {
            refusal = $"Adyen takes {money.Currency} in steps of {-scale} minor units only; {money.Amount} is not one.";
            return false;
        }

        if (scale > 0 && money.Amount > long.MaxValue / scale)
        {
            refusal = "The amount is too large.";
            return false;
        }

        amount = new AdyenAmount(money.Currency, scale < 0 ? money.Amount / -scale : money.Amount * scale);
        return true;
    }

    /// <summary>What Adyen said, in our minor units; null when no such amount can exist.</summary>
    public static Money? Read(AdyenAmount? said) => said is { Value: >= 0, Currency: { Length: 3 } currency } && Scale(currency) is { } scale
        ? scale < 0 ? new Money(checked(said.Value * -scale), currency)
            : said.Value % scale == 0 ? new Money(said.Value / scale, currency)
            : null
        : null;

    /// <summary>Adyen's units in one of ours; negative: our units in one of Adyen's. Null: a currency that Adyen does not take.</summary>
    private static int? Scale(string currency) => currency switch
    {
        "EUR" or "USD" or "GBP" => 1,

        // No minor unit by ISO; two digits at Adyen.
        "CLP" or "ISK" => 100,

        // Two digits by ISO; none at Adyen.
        "CVE" or "IDR" => -100,

        // Funds, units of account, metals, tests: not money that a shopper pays.
        "BOV" or "CHE" or "CHW" or "CLF" or "COU" or "MXV" or "USN" or "UYI" or "UYW" or "XAD" or "XAG" or "XAU" or "XBA" or "XBB" or "XBC" or "XBD"
            or "XDR" or "XPD" or "XPT" or "XSU" or "XTS" or "XUA" or "XXX" => null,
        _ => Currency.IsKnown(currency) ? 1 : null,
    };
}
