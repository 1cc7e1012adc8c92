using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Commerce.Access;

/// <summary>The operators' key, and the secret that ids and tokens of repeated requests are derived from.</summary>
/// <remarks>
/// <c>Commerce:AdminKey</c>. Without one, Development makes one, prints it once and keeps it in the data directory; anywhere else the
/// start is refused. Every front end of a shop needs the same key: with another, a repeated create would not find its first effect.
/// </remarks>
internal sealed class AdminKey
{
    public const string Setting = "Commerce:AdminKey", DataDirectorySetting = "Commerce:DataDirectory";
    private const string FileName = "admin-key";
    private const int Shortest = 8;

    private readonly byte[] hash, derivation;

    public AdminKey(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        hash = SHA256.HashData(bytes);
        derivation = HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes, 32, info: "commerce/derived-ids/v1"u8.ToArray());
    }

    public static AdminKey Resolve(IConfiguration configuration, IHostEnvironment environment, TextWriter console)
    {
        if (configuration[Setting] is { Length: > 0 } key)
        {
            return key.Length >= Shortest && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
                ? new AdminKey(key)
                : throw new InvalidOperationException($"{Setting} must have at least {Shortest} printable characters and no spaces.");
        }

        return environment.IsDevelopment()
            ? new AdminKey(KeptOrNew(DataDirectory(configuration, environment), console))
            : throw new InvalidOperationException(
                $"{Setting} is not set. Set it (environment variable Commerce__AdminKey) to a long random secret; operators send it as 'Authorization: Bearer'. Only Development makes one by itself.");
    }

    public static string DataDirectory(IConfiguration configuration, IHostEnvironment environment) =>
        Path.GetFullPath(configuration[DataDirectorySetting] is { Length: > 0 } directory ? directory : "data", environment.ContentRootPath);

    /// <summary>Whether it is the key; takes as long for any other.</summary>
    public bool Fits(string candidate)
    {
        Span<byte> other = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(candidate), other);
        return CryptographicOperations.FixedTimeEquals(hash, other);
    }

    /// <summary>The id that always follows from a caller and its key.</summary>
    public string Id(string prefix, params ReadOnlySpan<string> parts) => Identity.Derive(prefix, derivation, parts);

    public byte[] Hash(params ReadOnlySpan<string> parts) => HMACSHA256.HashData(derivation, Encoding.UTF8.GetBytes(string.Join('\n', parts!)));

    private static string KeptOrNew(string directory, TextWriter console)
    {
        var file = Path.Combine(directory, FileName);
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: >= Shortest } kept)
        {
            return kept;
        }

        Directory.CreateDirectory(directory);
        var key = "cak_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(file, options))
        {
            writer.WriteLine(key);
        }

        console.WriteLine($"Admin key (shown this once, kept in {file}): {key}");
        return key;
    }
}
