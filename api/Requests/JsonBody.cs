using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;

namespace Commerce.Requests;

/// <summary>Reads a JSON body strictly: one value, UTF-8, no name twice, no comments, nothing compressed, no more than 256 KiB.</summary>
internal static class JsonBody
{
    public const int MaxBytes = 256 * 1024, MaxDepth = 64;

    private static readonly JsonDocumentOptions Strict = new()
    {
        MaxDepth = MaxDepth,
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
    };

    /// <summary>The body as it came; empty when there is none.</summary>
    public static async Task<byte[]> Bytes(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBytes)
        {
            throw TooLarge;
        }

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > MaxBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw TooLarge;
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The body as JSON. Without a body: null where one is <paramref name="optional"/>, refused otherwise.</summary>
    public static async Task<JsonDocument?> Read(HttpRequest request, bool optional, Func<Task<byte[]>> body)
    {
        if (optional && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return null;
        }

        RefuseOtherKinds(request, optional);
        var bytes = await body();
        return optional && bytes.Length == 0 ? null : Parse(bytes);
    }

    internal static JsonDocument Parse(byte[] bytes)
    {
        var text = bytes.AsMemory();
        if (text.Span.StartsWith("\uFEFF"u8))
        {
            text = text[3..];
        }

        if (text.Length >= 2 && (text.Span[0] is 0 or 0xFE or 0xFF || text.Span[1] == 0))
        {
            throw new Refusal("unsupported-media-type", "The body is not UTF-8.");
        }

        if (!Utf8.IsValid(text.Span))
        {
            throw new Refusal("malformed-json", "The body is not valid UTF-8.");
        }

        try
        {
            return JsonDocument.Parse(text, Strict);
        }
        catch (JsonException e)
        {
            throw new Refusal("malformed-json", Where(e));
        }
        catch (InvalidOperationException)
        {
            throw new Refusal("malformed-json", "A name in the body is no valid text.");
        }
    }

    /// <summary>Says where, never what: the text at fault may be anything.</summary>
    private static string Where(JsonException e) => e.LineNumber is { } line && e.BytePositionInLine is { } position
        ? $"The body is not valid JSON at line {line + 1}, byte {position + 1}."
        : "The body is not valid JSON.";

    private static void RefuseOtherKinds(HttpRequest request, bool optional)
    {
        var type = request.ContentType;
        if (type is null && optional)
        {
            return;
        }

        if (type is not "application/json" && !IsJson(type, request.Method))
        {
            throw new Refusal("unsupported-media-type", "The body must be application/json in UTF-8.");
        }

        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new Refusal("unsupported-media-type", "Compressed bodies are not taken.");
        }
    }

    private static bool IsJson(string? contentType, string method) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
            || (HttpMethods.IsPatch(method) && string.Equals(type.MediaType, "application/merge-patch+json", StringComparison.OrdinalIgnoreCase)))
        && (type.CharSet is null || type.CharSet.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static Refusal TooLarge => new("body-too-large", $"A body has {MaxBytes} bytes at the most.");
}
