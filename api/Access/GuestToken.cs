using System.Buffers.Text;
using System.Security.Cryptography;

namespace Commerce.Access;

/// <summary>A guest's secret: 32 random bytes in base64url after <c>cgt_</c>. Shown once; only its hash is known afterwards.</summary>
internal static class GuestToken
{
    private const string Prefix = "cgt_";
    private const int Bytes = 32, Length = 4 + 43;

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The token that always follows from a caller and its key, so that a repeated create can show it again.</summary>
    public static string Derived(AdminKey secret, string caller, string key) => Prefix + Base64Url.EncodeToString(secret.Hash("token", caller, key));

    public static bool HasForm(string text) => text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && Base64Url.IsValid(text.AsSpan(Prefix.Length));
}
