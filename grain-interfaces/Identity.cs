using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Commerce;

/// <summary>
/// Ids: a prefix that names the kind, then 26 characters of lower-case base 32. A checkout's order and payment share its suffix,
/// so that one checkout can never have two of either.
/// </summary>
public static class Identity
{
    public const string Cart = "cart_", Checkout = "chk_", Order = "ord_", Payment = "pay_", Contact = "con_", Stock = "stk_", Webhook = "whk_", Allotment = "alm_", PriceBook = "prb_", Tax = "tax_", Reconciliation = "rec_", Drop = "drp_", Entry = "ent_", DropRoom = "drr_", DropCalendar = "drc_";

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    /// <summary>A new random id (128 bits).</summary>
    public static string New(string prefix) => prefix + Base32(RandomNumberGenerator.GetBytes(16));

    /// <summary>The id that always follows from <paramref name="secret"/> and <paramref name="parts"/>: how a repeated create finds its first effect.</summary>
    public static string Derive(string prefix, ReadOnlySpan<byte> secret, params ReadOnlySpan<string> parts) =>
        prefix + Base32(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(string.Join('\n', parts!))).AsSpan(0, 16));

    /// <summary>The id that always follows from <paramref name="name"/>, and does not tell it.</summary>
    public static string Of(string prefix, string name) => prefix + Base32(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));

    /// <summary><c>chk_x</c> as <c>ord_x</c>.</summary>
    public static string As(this string id, string prefix) => string.Concat(prefix, id.AsSpan(id.IndexOf('_', StringComparison.Ordinal) + 1));

    /// <summary>Whether <paramref name="id"/> has the form of an id of that kind; no promise that it exists.</summary>
    public static bool Is(string? id, string prefix) => id is { Length: <= 40 } && id.StartsWith(prefix, StringComparison.Ordinal)
        && id.Length == prefix.Length + 26 && id.AsSpan(prefix.Length).IndexOfAnyExcept(Letters) < 0;

    /// <summary>The id that says these 16 bytes.</summary>
    public static string Encode(string prefix, ReadOnlySpan<byte> bytes) => prefix + Base32(bytes);

    /// <summary>The 16 bytes that an id says. False for what is not one of that kind.</summary>
    public static bool Decode(string? id, string prefix, Span<byte> bytes)
    {
        if (id is null || !Is(id, prefix))
        {
            return false;
        }

        var (window, bits, at) = (0, 0, 0);
        foreach (var letter in id.AsSpan(prefix.Length))
        {
            window = ((window << 5) | Alphabet.IndexOf(letter, StringComparison.Ordinal)) & 0xFFFF;
            bits += 5;
            if (bits >= 8 && at < 16)
            {
                bits -= 8;
                bytes[at++] = (byte)((window >> bits) & 0xFF);
            }
        }

        return true;
    }

    private static string Base32(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[26];
        for (var i = 0; i < text.Length; i++)
        {
            var bit = i * 5;
            var window = (bytes[bit / 8] << 8) | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] : 0);
            text[i] = Alphabet[(window >> (11 - bit % 8)) & 31];
        }

        return new string(text);
    }
}

/// <summary>Who owns a cart, checkout or order: a guest by the hash of a secret, a customer by the subject of a JWT. The secret itself is kept nowhere.</summary>
public static class Owners
{
    public const string GuestPrefix = "guest_", CustomerPrefix = "cus_";

    public static string Guest(string token) => GuestPrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))[..40];

    public static string Customer(string subject) => CustomerPrefix + subject;

    /// <summary>The customer's id as the shop knows it, or null for a guest.</summary>
    public static string? CustomerId(string owner) => owner.StartsWith(CustomerPrefix, StringComparison.Ordinal) ? owner[CustomerPrefix.Length..] : null;
}
