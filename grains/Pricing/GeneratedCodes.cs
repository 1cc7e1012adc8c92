using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Commerce.Pricing;

/// <summary>Codes that were made together: each follows from their seed and its number, so that anybody who has the seed knows them all, and nobody else one more.</summary>
/// <remarks>What all begin with, four letters of the number, nine letters of a keyed hash (45 bits): <c>SPRING-000K7QM2X9AYT4</c>.</remarks>
internal static class GeneratedCodes
{
    /// <summary>Letters after what they begin with.</summary>
    public const int Length = NumberLength + TagLength;

    private const int NumberLength = 4, TagLength = 9, SeedLength = 32;

    /// <summary>Without I, L, O and U, which are read as others.</summary>
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static string NewSeed() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(SeedLength));

    /// <param name="number">From 0.</param>
    public static string Code(CouponCodes made, int number)
    {
        Span<char> letters = stackalloc char[Length];
        Write(number, letters[..NumberLength]);
        Write(Tag(made, number), letters[NumberLength..]);

        return string.Concat(made.Code, letters);
    }

    /// <summary>Whether it is one of them.</summary>
    /// <param name="code">In capital letters.</param>
    public static bool Have(CouponCodes made, string code)
    {
        if (code.Length != made.Code.Length + Length || !code.StartsWith(made.Code, StringComparison.Ordinal))
        {
            return false;
        }

        var number = 0;
        foreach (var letter in code.AsSpan(made.Code.Length, NumberLength))
        {
            number = (number << 5) | Math.Max(0, Alphabet.IndexOf(letter, StringComparison.Ordinal));
        }

        return number < made.Generated && CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(code.AsSpan()), MemoryMarshal.AsBytes(Code(made, number).AsSpan()));
    }

    private static long Tag(CouponCodes made, int number)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Convert.FromBase64String(made.Seed!), Encoding.UTF8.GetBytes($"{made.Code}\n{number}"), hash);

        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }

    /// <summary>The lowest bits, five a letter.</summary>
    private static void Write(long bits, Span<char> letters)
    {
        for (var i = letters.Length - 1; i >= 0; i--)
        {
            letters[i] = Alphabet[(int)(bits & 31)];
            bits >>= 5;
        }
    }
}
