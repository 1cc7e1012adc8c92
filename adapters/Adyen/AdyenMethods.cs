using System.Buffers;

namespace Commerce.Payments;

/// <summary>
/// What can be a payment method of Adyen's: a reference, never a card. <c>M5N7TQ4TG5PFWR50</c> is a stored payment method of the request's shopper,
/// <c>M5N7TQ4TG5PFWR50@once_…</c> one that was stored for this purchase under a shopper reference of its own, <c>type:ideal</c> a method without details.
/// </summary>
internal static class AdyenMethods
{
    public const string Once = "once_", Type = "type:";

    private const int LongestDigits = 11;

    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>Null when it can be one, else what is taken.</summary>
    public static string? Refuse(string method)
    {
        if (method.Length > 255 || LooksLikeCard(method))
        {
            return "Card data is not taken here: send the id of a stored payment method that Adyen gave for it.";
        }

        var (id, shopper) = Split(method);
        var known = method.StartsWith(Type, StringComparison.Ordinal)
            ? IsWord(method.AsSpan(Type.Length))
            : IsWord(id) && (shopper is null || (shopper.StartsWith(Once, StringComparison.Ordinal) && IsWord(shopper.AsSpan(Once.Length))));
        return known ? null : "A payment method of Adyen is the id of a stored payment method, id@once_… for one stored for this purchase, or type:… for a method without details.";
    }

    /// <summary>What is sent as <c>paymentMethod</c>, and the shopper whose method it is when it is not the request's.</summary>
    public static (AdyenMethod Method, string? Shopper) Of(string method)
    {
        if (method.StartsWith(Type, StringComparison.Ordinal))
        {
            return (new AdyenMethod(method[Type.Length..], StoredPaymentMethodId: null), null);
        }

        var (id, shopper) = Split(method);
        return (new AdyenMethod("scheme", id), shopper);
    }

    private static (string Id, string? Shopper) Split(string method) =>
        method.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? (method[..at], method[(at + 1)..]) : (method, null);

    private static bool IsWord(ReadOnlySpan<char> text) => text.Length > 0 && text.IndexOfAnyExcept(Letters) < 0;

    /// <summary>A run of 12 digits or more, spaced or dashed as people write it, looks like a card number.</summary>
    private static bool LooksLikeCard(string text)
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
