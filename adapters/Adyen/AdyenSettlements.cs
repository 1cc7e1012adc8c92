using System.Globalization;
using System.Net;

namespace Commerce.Payments;

/// <summary>Adyen's payment accounting report of a day as settlements: the lines that moved the merchant's balance.</summary>
/// <remarks>
/// The report is by day, and names the payment, the modification and the fees; the settlement details report is by payout batch, which nobody can name
/// beforehand. Its column <c>Modification Psp Reference</c> is one of those that are added in the Customer Area.
/// </remarks>
internal static class AdyenSettlements
{
    private const int PageSize = 200;

    private static readonly TimeSpan UntilTheReport = TimeSpan.FromHours(1);

    public static async Task<Outcome<SettlementPage>> Page(
        VendorCalls calls, AdyenConnection connection, string account, DateOnly day, string? cursor, CancellationToken cancellationToken)
    {
        if (!int.TryParse(cursor ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var from))
        {
            return new Outcome<SettlementPage>.Rejected("invalid_cursor", "That is no cursor of this list.");
        }

        var reply = await calls.Make(
            AdyenOperations.Settlements,
            (connection, file: string.Create(CultureInfo.InvariantCulture, $"payments_accounting_report_{day:yyyy_MM_dd}.csv")),
            static (ask, cancellation) => ask.connection.Report(ask.file, cancellation),
            cancellationToken);
        if (reply.Value is not { } report)
        {
            return reply.Failure is AdyenAnswerException { Status: HttpStatusCode.NotFound }
                ? new Outcome<SettlementPage>.Unavailable(UntilTheReport) // made in the night after the day
                : AdyenOutcomes.OfUnread<SettlementPage>(reply.Failure!);
        }

        try
        {
            var lines = Read(report, account).ToArray();
            return new Outcome<SettlementPage>.Ok(new SettlementPage(
                [.. lines.Skip(from).Take(PageSize)],
                lines.Length - from > PageSize ? (from + PageSize).ToString(CultureInfo.InvariantCulture) : null));
        }
        catch (Exception unreadable) when (unreadable is FormatException or KeyNotFoundException or OverflowException)
        {
            return new Outcome<SettlementPage>.Rejected("unreadable_report", "The report has other columns or other values than were agreed on.");
        }
    }

    /// <summary>The same line has the same id, however often and from wherever the report is read.</summary>
    private static IEnumerable<Settlement> Read(string report, string account)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in CsvLines.Read(report))
        {
            if (line["Merchant Account"] != account || Kind(line["Record Type"]) is not { } kind)
            {
                continue;
            }

            var movement = Optional(line, "Modification Psp Reference");
            var id = $"{line["Record Type"]}:{line["Psp Reference"]}:{movement}";
            seen[id] = seen.GetValueOrDefault(id) + 1;
            var currency = line["Main Currency"];
            yield return new Settlement(
                seen[id] == 1 ? id : $"{id}:{seen[id]}",
                kind,
                line["Psp Reference"],
                movement,
                Optional(line, "Merchant Reference"),
                Signed(Minor(line["Main Amount"], currency), kind),
                Fee(line),
                At(line["Booking Date"], line["TimeZone"]));
        }
    }

    /// <summary>Null for what moves no balance: what was received, authorised, refused, sent for settlement.</summary>
    private static SettlementKind? Kind(string record) => record switch
    {
        "Settled" => SettlementKind.Capture,
        "Refunded" => SettlementKind.Refund,
        "Chargeback" or "SecondChargeback" => SettlementKind.ChargeBack,
        "ChargebackReversed" or "RefundedReversed" or "SettledReversed" => SettlementKind.Reversal,
        "Fee" or "MiscCosts" or "MerchantPayout" or "DepositCorrection" or "InvoiceDeduction" or "Balancetransfer" or "ManualCorrected" => SettlementKind.Other,
        _ => null,
    };

    private static Money Signed(Money amount, SettlementKind kind) => amount.IsNegative ? amount
        : kind is SettlementKind.Refund or SettlementKind.ChargeBack ? -amount
        : amount;

    /// <summary>A blended commission, or the parts that it is made of; in the currency that is paid out.</summary>
    private static Money Fee(IReadOnlyDictionary<string, string> line)
    {
        var currency = Optional(line, "Settlement Currency") ?? line["Main Currency"];
        var fee = Money.Zero(currency);
        foreach (var part in (ReadOnlySpan<string>)["Commission (SC)", "Markup (SC)", "Scheme Fees (SC)", "Interchange (SC)"])
        {
            if (Optional(line, part) is { } amount)
            {
                fee += Minor(amount, currency);
            }
        }

        return fee;
    }

    /// <summary>The report is in major units with a point, and so knows nothing of Adyen's minor units.</summary>
    private static Money Minor(string major, string currency)
    {
        var amount = decimal.Parse(major, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        for (var i = 0; i < Currency.Exponent(currency); i++)
        {
            amount *= 10m;
        }

        return amount == decimal.Truncate(amount) ? new Money((long)amount, currency) : throw new FormatException("An amount has a part of a minor unit.");
    }

    private static DateTimeOffset At(string local, string zone) =>
        new(DateTime.ParseExact(local, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None), Offset(zone));

    /// <summary>Adyen writes the zone's abbreviation, which says the offset itself.</summary>
    private static TimeSpan Offset(string zone) => zone switch
    {
        "UTC" or "GMT" or "WET" or "" => TimeSpan.Zero,
        "CET" or "BST" or "WEST" => TimeSpan.FromHours(1),
        "CEST" or "EET" => TimeSpan.FromHours(2),
        "EEST" or "MSK" => TimeSpan.FromHours(3),
        "AEST" => TimeSpan.FromHours(10),
        "AEDT" => TimeSpan.FromHours(11),
        "JST" => TimeSpan.FromHours(9),
        "SGT" or "HKT" => TimeSpan.FromHours(8),
        "BRT" => TimeSpan.FromHours(-3),
        "EDT" => TimeSpan.FromHours(-4),
        "EST" or "CDT" => TimeSpan.FromHours(-5),
        "CST" or "MDT" => TimeSpan.FromHours(-6),
        "MST" or "PDT" => TimeSpan.FromHours(-7),
        "PST" => TimeSpan.FromHours(-8),
        _ => throw new FormatException("The time zone of a line is not known."),
    };

    private static string? Optional(IReadOnlyDictionary<string, string> line, string name) => line.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
}
