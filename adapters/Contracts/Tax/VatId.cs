namespace Commerce.Tax;

/// <summary>A VAT id of valid form: that of a member of the EU, or of Northern Ireland. Whether it was given to anybody only its country's register can tell.</summary>
/// <param name="Country">ISO 3166-1: <c>GR</c> for ids that begin with <c>EL</c>; <c>XI</c> for Northern Ireland.</param>
/// <param name="Text">Capital, without spaces and punctuation, with its prefix: <c>DE136695976</c>.</param>
/// <remarks>
/// Forms: European Commission, VIES, "structure of VAT identification numbers". Check digits where the algorithm is public and short; the others are checked by their form.
/// </remarks>
public sealed record VatId(string Country, string Text)
{
    private const int Longest = 20;

    /// <summary>Null when it has not the form of one.</summary>
    public static VatId? Read(string text)
    {
        if (text.Length > Longest)
        {
            return null;
        }

        var bare = string.Concat(text.Where(c => c is not (' ' or '.' or '-' or '/'))).ToUpperInvariant();
        if (bare.Length < 4)
        {
            return null;
        }

        var (country, number) = (bare[..2] == "EL" ? "GR" : bare[..2] == "GR" ? "" : bare[..2], bare[2..]);

        return Fits(country, number) ? new VatId(country, bare) : null;
    }

#pragma warning disable format // a table
    private static bool Fits(string country, string n) => country switch
    {
        "AT" => Is(n, "U99999999") && Checks.Austria(n[1..]),
        "BE" => Is(n, "0999999999", "1999999999") && 97 - Checks.Mod(n[..8], 97) == Checks.Number(n[8..]),
        "BG" => Is(n, "999999999", "9999999999"),
        "CY" => Is(n, "99999999A") && Checks.Cyprus(n),
        "CZ" => Is(n, "99999999", "999999999", "9999999999"),
        "DE" => Is(n, "999999999") && Checks.Mod11And10(n),
        "DK" => Is(n, "99999999") && Checks.Weighted(n, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0,
        "EE" => Is(n, "109999999") && Checks.Weighted(n, 3, 7, 1, 3, 7, 1, 3, 7, 1) % 10 == 0,
        "ES" => Is(n, "A9999999*", "99999999A"),
        "FI" => Is(n, "99999999") && Checks.Weighted(n, 7, 9, 10, 5, 8, 4, 2, 1) % 11 == 0,
        "FR" => Is(n, "**999999999") && Checks.France(n),
        "GR" => Is(n, "999999999") && Checks.Weighted(n[..8], 256, 128, 64, 32, 16, 8, 4, 2) % 11 % 10 == n[8] - '0',
        "HR" => Is(n, "99999999999") && Checks.Mod11And10(n),
        "HU" => Is(n, "99999999") && Checks.Weighted(n, 9, 7, 3, 1, 9, 7, 3, 1) % 10 == 0,
        "IE" => Is(n, "9999999A", "9999999AA", "9A99999A"),
        "IT" => Is(n, "99999999999") && Checks.Luhn(n),
        "LT" => Is(n, "999999999", "999999999999"),
        "LU" => Is(n, "99999999") && Checks.Mod(n[..6], 89) == Checks.Number(n[6..]),
        "LV" => Is(n, "99999999999"),
        "MT" => Is(n, "99999999") && Checks.Weighted(n, 3, 4, 6, 7, 8, 9, 10, 1) % 37 == 0,
        "NL" => Is(n, "999999999B99") && Checks.Netherlands(n),
        "PL" => Is(n, "9999999999") && Checks.Weighted(n[..9], 6, 5, 7, 2, 3, 4, 5, 6, 7) % 11 == n[9] - '0',
        "PT" => Is(n, "999999999") && (11 - Checks.Weighted(n[..8], 9, 8, 7, 6, 5, 4, 3, 2) % 11) % 11 % 10 == n[8] - '0',
        "RO" => n.Length is >= 2 and <= 10 && Is(n, "9999999999"[..n.Length]) && Checks.Weighted(n[..^1].PadLeft(9, '0'), 7, 5, 3, 2, 1, 7, 5, 3, 2) * 10 % 11 % 10 == n[^1] - '0',
        "SE" => Is(n, "999999999901") && Checks.Luhn(n[..10]),
        "SI" => Is(n, "99999999") && (11 - Checks.Weighted(n[..7], 8, 7, 6, 5, 4, 3, 2) % 11) % 10 == n[7] - '0',
        "SK" => Is(n, "9999999999") && Checks.Mod(n, 11) == 0,
        "XI" => Is(n, "999999999", "999999999999", "GD999", "HA999"),
        _    => false,
    };
#pragma warning restore format

    /// <param name="forms">9: a digit, A: a letter, *: either; anything else stands for itself.</param>
    private static bool Is(string number, params ReadOnlySpan<string> forms)
    {
        foreach (var form in forms)
        {
            if (form.Length == number.Length && form.Zip(number).All(static p => Stands(p.First, p.Second)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Stands(char form, char letter) => form switch
    {
        '9' => char.IsAsciiDigit(letter),
        'A' => char.IsAsciiLetterUpper(letter),
        '*' => char.IsAsciiDigit(letter) || char.IsAsciiLetterUpper(letter),
        _ => form == letter,
    };

    /// <summary>Check digits, as the members compute them.</summary>
    private static class Checks
    {
        public static long Number(string digits) => long.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);

        public static int Mod(string digits, int by) => (int)(Number(digits) % by);

        public static int Weighted(string digits, params ReadOnlySpan<int> weights)
        {
            var sum = 0;
            for (var i = 0; i < digits.Length; i++)
            {
                sum += (digits[i] - '0') * weights[i];
            }

            return sum;
        }

        /// <summary>ISO 7064, MOD 11,10.</summary>
        public static bool Mod11And10(string digits)
        {
            var product = 10;
            foreach (var digit in digits[..^1])
            {
                var sum = (digit - '0' + product) % 10;
                product = (sum == 0 ? 10 : sum) * 2 % 11;
            }

            return (11 - product) % 10 == digits[^1] - '0';
        }

        public static bool Luhn(string digits)
        {
            var sum = 0;
            for (var i = 0; i < digits.Length; i++)
            {
                var digit = digits[^(i + 1)] - '0';
                sum += i % 2 == 0 ? digit : digit > 4 ? (digit * 2) - 9 : digit * 2;
            }

            return sum % 10 == 0;
        }

        public static bool Austria(string digits)
        {
            var sum = 4;
            for (var i = 0; i < 7; i++)
            {
                var digit = digits[i] - '0';
                sum += i % 2 == 0 ? digit : (digit / 5) + (digit * 2 % 10);
            }

            return (10 - (sum % 10)) % 10 == digits[7] - '0';
        }

        public static bool Cyprus(string number)
        {
            ReadOnlySpan<int> odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
            var sum = 0;
            for (var i = 0; i < 8; i++)
            {
                var digit = number[i] - '0';
                sum += i % 2 == 0 ? odd[digit] : digit;
            }

            return number[8] == 'A' + (sum % 26);
        }

        /// <summary>Old keys are digits that follow from the SIREN; new ones, with letters, are taken by their form.</summary>
        public static bool France(string number) =>
            !char.IsAsciiDigit(number[0]) || !char.IsAsciiDigit(number[1]) || (12 + (3 * Mod(number[2..], 97))) % 97 == Number(number[..2]);

        /// <summary>A company's by weights; a sole trader's, since 2020, by MOD 97 of the whole with its letters as numbers.</summary>
        public static bool Netherlands(string number)
        {
            var company = Weighted(number[..8], 9, 8, 7, 6, 5, 4, 3, 2) % 11;
            var rest = 2321; // NL: N is 23, L is 21
            foreach (var letter in number)
            {
                rest = char.IsAsciiDigit(letter) ? ((rest * 10) + letter - '0') % 97 : ((rest * 100) + letter - 'A' + 10) % 97;
            }

            return company == number[8] - '0' || rest == 1;
        }
    }
}
