using System.Globalization;

namespace Commerce.Requests;

/// <summary>Recognises card numbers, so that none of them ever gets further than the reading of the body.</summary>
internal static class AccountData
{
    private const int Shortest = 12, Longest = 19, MaxRun = 128;

    /// <summary>Names under which people send card data.</summary>
    public static bool IsName(string name) => name.ToUpperInvariant() is
        "CARD" or "CARDNUMBER" or "CARD_NUMBER" or "NUMBER" or "PAN" or "CVC" or "CVV" or "CVV2" or "CID" or "SECURITYCODE" or "SECURITY_CODE"
        or "EXP" or "EXPIRY" or "EXPMONTH" or "EXP_MONTH" or "EXPYEAR" or "EXP_YEAR" or "EXPIRYMONTH" or "EXPIRYYEAR" or "TRACK1" or "TRACK2" or "PIN" or "IBAN";

    /// <summary>Whether the text holds 12 to 19 digits, possibly grouped by spaces, dashes or dots, whose check digit is right.</summary>
    public static bool IsIn(ReadOnlySpan<char> text)
    {
        Span<byte> digits = stackalloc byte[MaxRun];
        Span<bool> starts = stackalloc bool[MaxRun + 1];
        var length = 0;
        var afterSeparator = true;
        for (var i = 0; i <= text.Length; i++)
        {
            var digit = i < text.Length ? CharUnicodeInfo.GetDecimalDigitValue(text[i]) : -1;
            if (digit >= 0 && length < MaxRun)
            {
                starts[length] = afterSeparator;
                digits[length++] = (byte)digit;
                afterSeparator = false;
            }
            else if (i < text.Length && digit < 0 && IsSeparator(text[i]))
            {
                afterSeparator = true;
            }
            else
            {
                starts[length] = true;
                if (HoldsNumber(digits[..length], starts))
                {
                    return true;
                }

                length = 0;
                afterSeparator = true;
            }
        }

        return false;
    }

    private static bool IsSeparator(char c) => c is ' ' or '-' or '.' or '\u00A0' or '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\t';

    /// <summary>Every row of whole groups is tried; in one unbroken row that is longer than a card number, every part of it is.</summary>
    private static bool HoldsNumber(ReadOnlySpan<byte> digits, ReadOnlySpan<bool> starts)
    {
        for (var start = 0; start + Shortest <= digits.Length; start++)
        {
            for (var end = start + Shortest; end <= digits.Length && end <= start + Longest; end++)
            {
                var isWhole = (starts[start] && starts[end]) || starts[(start + 1)..end].IndexOf(true) < 0 && digits.Length > Longest;
                if (isWhole && HasCheckDigit(digits[start..end]))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Luhn's formula; a row of zeros satisfies it and is no card number.</summary>
    private static bool HasCheckDigit(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] * (1 + i % 2);
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum % 10 == 0 && digits.IndexOfAnyExcept((byte)0) >= 0;
    }
}
