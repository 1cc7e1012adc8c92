using System.Globalization;
using System.Text.Json;

namespace Commerce.Shopping;

/// <summary>What the shop answered.</summary>
public sealed class Reply(HttpResponseMessage response, string text, Func<string> context)
{
    private JsonElement? json;

    public int Status { get; } = (int)response.StatusCode;

    public string Text { get; } = text;

    public string? ContentType { get; } = response.Content.Headers.ContentType?.MediaType;

    public JsonElement Json => json ??= JsonDocument.Parse(Text).RootElement.Clone();

    /// <summary>Of a problem document.</summary>
    public string? Code => At("code");

    public string? ETag => Header("ETag");

    public bool Replayed => Header("Idempotency-Replayed") == "true";

    /// <summary>A value by its path, as <c>totals.total.amount</c> or <c>lines.0.sku</c>; null where there is none.</summary>
    public string? At(string path)
    {
        var element = Json;
        foreach (var step in path.Split('.'))
        {
            if (element.ValueKind is JsonValueKind.Array && int.TryParse(step, CultureInfo.InvariantCulture, out var index))
            {
                if (index >= element.GetArrayLength())
                {
                    return null;
                }

                element = element[index];
            }
            else if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(step, out element))
            {
                return null;
            }
        }

        return element.ValueKind is JsonValueKind.Null ? null : element.ToString();
    }

    public long Number(string path) => long.Parse(At(path) ?? throw Wrong($"no {path}"), CultureInfo.InvariantCulture);

    public string Need(string path) => At(path) ?? throw Wrong($"no {path}");

    public string? Header(string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    /// <summary>It must be this status; otherwise the test ends with what was answered instead.</summary>
    public Reply Must(params ReadOnlySpan<int> statuses) => statuses.Contains(Status) ? this : throw Wrong($"expected {string.Join(" or ", statuses.ToArray())}");

    /// <summary>It must be this refusal, as a problem document.</summary>
    public Reply MustRefuse(int status, string code)
    {
        Must(status);
        return Code == code && ContentType == "application/problem+json" ? this : throw Wrong($"expected the problem {code}");
    }

    private InvalidOperationException Wrong(string what) => new(
        $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri?.PathAndQuery}: {what}, got {Status} {Text}{(Status >= 500 ? Environment.NewLine + context() : "")}");
}
