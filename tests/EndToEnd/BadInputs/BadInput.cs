using System.Text;

namespace Commerce.BadInputs;

/// <summary>Something that comes in wrong, and how it must be answered.</summary>
/// <param name="Row">Of the catalogue of bad inputs.</param>
/// <param name="Head">Request line and headers; <c>{cart}</c>, <c>{token}</c>, <c>{others}</c> (somebody else's cart) and <c>{order}</c> are filled in.</param>
/// <param name="Statuses">Any of these is right.</param>
/// <param name="Code">Of the problem document; null: any.</param>
/// <param name="Pointer">To the field that is wrong; null: there is none.</param>
internal sealed record BadInput(string Row, string Name, string Head, byte[] Body, int[] Statuses, string? Code, string? Pointer)
{
    /// <summary>False where the server's own parser refuses, before any document can be written.</summary>
    public bool IsProblem { get; init; } = true;

    public override string ToString() => $"{Row} {Name}";

    public byte[] Bytes(Func<string, string> fill) => [.. Encoding.Latin1.GetBytes(fill(Head)), .. Body];

    /// <summary>A request with a body to the cart of the one who asks, well-formed but for what is told.</summary>
    public static BadInput Post(
        string row, string name, string path, byte[] body, int[] statuses, string? code = null, string? pointer = null, string method = "POST",
        string type = "Content-Type: application/json\r\n", string headers = "", string token = "{token}") =>
        new(row, name, Start(method, path) + $"Authorization: Bearer {token}\r\n{type}{headers}Content-Length: {body.Length}\r\n\r\n", body, statuses, code, pointer);

    public static BadInput Post(string row, string name, string path, string body, int[] statuses, string? code = null, string? pointer = null, string method = "POST") =>
        Post(row, name, path, Encoding.UTF8.GetBytes(body), statuses, code, pointer, method);

    /// <summary>A request without a body.</summary>
    public static BadInput Get(string row, string name, string path, int[] statuses, string? code = null, string? pointer = null, string method = "GET", string headers = "") =>
        new(row, name, Start(method, path) + $"Authorization: Bearer {{token}}\r\n{headers}\r\n", [], statuses, code, pointer);

    /// <summary>Exactly these bytes.</summary>
    public static BadInput Raw(string row, string name, string head, int[] statuses, string body = "") =>
        new(row, name, head, Encoding.Latin1.GetBytes(body), statuses, null, null) { IsProblem = false };

    private static string Start(string method, string path) => $"{method} {path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n";
}
