using System.Security.Cryptography;

namespace Commerce.Sandbox;

/// <summary>Ids as the vendors shape them: a prefix and 24 letters and digits.</summary>
internal static class SandboxIds
{
    public const int Length = 24;

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01";

    public static string New(string prefix) => string.Create(prefix.Length + Length, prefix, static (text, prefix) =>
    {
        Span<byte> bytes = stackalloc byte[Length];
        RandomNumberGenerator.Fill(bytes);
        prefix.CopyTo(text);
        for (var i = 0; i < Length; i++)
        {
            text[prefix.Length + i] = Alphabet[bytes[i] & 63];
        }
    });

    /// <summary>The id of something that exists once for another thing: <c>pi_x</c> as <c>ch_x</c>.</summary>
    public static string As(string id, string prefix) => string.Concat(prefix, id.AsSpan(id.IndexOf('_', StringComparison.Ordinal) + 1));
}
