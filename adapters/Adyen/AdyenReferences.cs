using System.Security.Cryptography;
using System.Text;

namespace Commerce.Payments;

/// <summary>
/// Our keys as Adyen's references: what a webhook gives back tells the payment and the request. No colon is in them, since colons part the fields that
/// a webhook's signature is made over.
/// </summary>
internal static class AdyenReferences
{
    private const int LongestReference = 80, LongestKey = 64;

    /// <summary>Stands before a digest, for a key that does not fit.</summary>
    private const char Digested = '~';

    /// <summary>The reference of a modification: <c>pay_1/capture/1</c> for the key <c>pay_1:capture:1</c>, <c>pay_1//other/1</c> for <c>other:1</c>.</summary>
    public static string Of(string paymentId, string key)
    {
        if (key.AsSpan().IndexOfAny('/', '\\') < 0 && key.Length > 0 && key[0] != Digested)
        {
            var reference = (key.StartsWith(paymentId + ":", StringComparison.Ordinal) ? key : $"{paymentId}//{key}").Replace(':', '/');
            if (reference.Length <= LongestReference)
            {
                return reference;
            }
        }

        return $"{paymentId}//{Digested}{Digest(key)[..32]}";
    }

    /// <summary>Whose a reference is, and the key that it was made from; null when it was none or does not fit.</summary>
    public static (string PaymentId, string? Key) Read(string reference)
    {
        var at = reference.IndexOf('/', StringComparison.Ordinal);
        if (at < 0)
        {
            return (reference, null);
        }

        var own = at + 1 < reference.Length && reference[at + 1] == '/';
        var key = own ? reference[(at + 2)..] : reference;
        return (reference[..at], key.Length == 0 || key[0] == Digested ? null : key.Replace('/', ':'));
    }

    /// <summary>An idempotency key has at most 64 characters there; a longer one of ours is its SHA-256, which has as many.</summary>
    public static string Key(string key) => key.Length <= LongestKey ? key : Digest(key);

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
