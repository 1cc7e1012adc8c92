using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Commerce.Reconciliations;

/// <summary>A report as a table (RFC 4180), a discrepancy a row: for whoever works in a spreadsheet.</summary>
internal static class ReconciliationCsv
{
    private const string MediaType = "text/csv";

    private static readonly string[] Columns =
    [
        "number", "kind", "movement", "paymentId", "orderId", "operationId", "settlementId", "paymentReference", "movementReference",
        "ours", "oursCurrency", "theirs", "theirsCurrency", "ourTime", "theirTime", "explanation", "remedies", "remedy", "remedyStatus", "reason", "by",
    ];

    /// <summary>Whether the caller would rather have it than JSON.</summary>
    public static bool IsWanted(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        && accepted.OrderByDescending(one => one.Quality ?? 1).FirstOrDefault() is { } first && first.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase);

    public static IResult Answer(ReconciliationView report) =>
        Results.Text(Write(report), MediaType + "; charset=utf-8; header=present", Encoding.UTF8);

    internal static string Write(ReconciliationView report)
    {
        var text = new StringBuilder();
        Row(text, Columns);
        foreach (var one in report.Discrepancies)
        {
            Row(
                text,
                [
                    one.Number.ToString(CultureInfo.InvariantCulture), Word(one.Kind), Word(one.Movement), one.PaymentId, one.OrderId, one.OperationId, one.SettlementId, one.PaymentReference, one.MovementReference,
                    Amount(one.Ours), one.Ours?.Currency, Amount(one.Theirs), one.Theirs?.Currency, Time(one.OurTime), Time(one.TheirTime), one.Explanation,
                    string.Join(' ', one.Remedies.Select(remedy => Word(remedy))), one.Remedy is { } done ? Word(done.Remedy) : null, one.Remedy is { } state ? Word(state.Status) : null, one.Remedy?.Reason, one.Remedy?.By,
                ]);
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, ReadOnlySpan<string?> fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(Field(fields[i] ?? ""));
        }

        text.Append("\r\n");
    }

    /// <summary>Quoted where it has to be; what a spreadsheet would take for a formula is made a text of.</summary>
    private static string Field(string field)
    {
        var safe = field is ['=' or '+' or '@' or '\t', ..] || (field is ['-', ..] && !long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) ? "'" + field : field;
        return safe.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    /// <summary>Minor units.</summary>
    private static string? Amount(Money? money) => money?.Amount.ToString(CultureInfo.InvariantCulture);

    private static string? Time(DateTimeOffset? at) => at?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Word<T>(T value)
        where T : struct, Enum => JsonSerializer.Serialize(value, WireJson.Default.Options).Trim('"');
}
