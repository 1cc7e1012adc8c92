namespace Commerce.Payments;

/// <summary>What can be a payment method of Stripe's: a reference, never a card.</summary>
internal static class StripeMethods
{
    private const int LongestDigits = 11;

    /// <summary>Null when it can be one, else what is taken.</summary>
    public static string? Refuse(string method)
    {
        if (method.Length > 255 || CardNumber(method))
        {
            return "Card data is not taken here: send the token that Stripe gave for it, such as pm_….";
        }

        var known = method.StartsWith("pm_", StringComparison.Ordinal) || IsToken(method)
            || method.StartsWith("card_", StringComparison.Ordinal) || method.StartsWith("src_", StringComparison.Ordinal);

        return known && method.IndexOf('_', StringComparison.Ordinal) < method.Length - 1 && method.AsSpan().IndexOfAnyExcept(Letters) < 0
            ? null
            : "A payment method of Stripe is a reference such as pm_… or tok_….";
    }

    public static bool IsToken(string method) => method.StartsWith("tok_", StringComparison.Ordinal);

    private static readonly System.Buffers.SearchValues<char> Letters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>A run of 12 digits or more, spaced or dashed as people write it, looks like a card number.</summary>
    private static bool CardNumber(string text)
    {
        var digits = 0;
        foreach (var letter in text)
        {
            digits = char.IsDigit(letter) ? digits + 1 : letter is ' ' or '-' or '.' ? digits : 0;
            if (digits > LongestDigits)
            {
                return true;
            }
        }

        return false;
    }
}
