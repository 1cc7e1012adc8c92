using System.Globalization;
using System.Text;

namespace Commerce.Sandbox.Adyen;

/// <summary>The payment accounting report of a day, as CSV: what moved, settled the moment that it moved.</summary>
internal static class AdyenReport
{
    private const string Prefix = "payments_accounting_report_", Suffix = ".csv";

    private const string Header = "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Booking Date,TimeZone,Main Currency,Main Amount,Record Type,"
        + "Payment Currency,Captured (PC),Settlement Currency,Payable (SC),Commission (SC),Markup (SC),Scheme Fees (SC),Interchange (SC),User Name,Payment Method Variant,"
        + "Modification Merchant Reference,Modification Psp Reference";

    public static IResult Download(string account, string file, AdyenAccount adyen)
    {
        if (!file.StartsWith(Prefix, StringComparison.Ordinal) || !file.EndsWith(Suffix, StringComparison.Ordinal)
            || !DateOnly.TryParseExact(file[Prefix.Length..^Suffix.Length], "yyyy_MM_dd", out var day))
        {
            return Results.NotFound();
        }

        var report = new StringBuilder(Header).Append('\n');
        foreach (var booking in AdyenMiswriting.In(adyen.Bookings(0, int.MaxValue), adyen.Miswritings()).Where(booking => IsOf(day, booking)))
        {
            foreach (var record in Records(booking))
            {
                Write(report, account, booking, record);
            }
        }

        return Results.Text(report.ToString(), "text/csv");
    }

    /// <summary>Writes an error into the reports, of every day: <c>omit {line}</c>, <c>alter {line, amount}</c>, <c>double {line}</c>, <c>delay {line, days}</c>, <c>invent {amount, currency, at}</c>.</summary>
    public static AdyenDecision Miswrite(AdyenAccount account, AdyenCall call) => (call.Id == "clear" ? new AdyenMiswriting("clear") : AdyenMiswriting.Of(call.Id, call)) is { } error
        ? new AdyenDecision(new AdyenAnswer(201, AdyenJson.Write(json => json.WriteString("line"u8, error.Line))), new AdyenEntry { Miswriting = error })
        : AdyenAnswer.Refused(422, "702", "omit {line}, alter {line, amount}, double {line}, delay {line, days}, invent {amount, currency, at}; line is the reference of a capture or a refund.");

    private static bool IsOf(DateOnly day, VendorBooking booking) => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(booking.At).UtcDateTime) == day;

    private static string[] Records(VendorBooking booking) => (booking.Kind, booking.Outcome) switch
    {
        ("authorise", _) => ["Received", "Authorised"],
        ("decline", _) => ["Received", "Refused"],
        ("capture", "succeeded") => ["SentForSettle", "Settled"],
        ("capture", _) => ["SentForSettle", "CaptureFailed"],
        ("refund", "succeeded") => ["SentForRefund", "Refunded"],
        ("refund", _) => ["SentForRefund", "RefundFailed"],
        ("void", _) => ["Cancelled"],
        ("charge_back", _) => ["Chargeback"],
        ("charge_back_reversed", _) => ["ChargebackReversed"],
        _ => [],
    };

    private static void Write(StringBuilder report, string account, VendorBooking booking, string record)
    {
        var (amount, currency) = (Major(booking.Amount, booking.Currency), booking.Currency);

        // 1.2 % and ten minor units, for captures.
        var fee = record == "Settled" ? Major(Math.Min(booking.Amount, (booking.Amount * 12 / 1000) + 10), currency) : "";
        report.AppendJoin(',', new[]
        {
            "Sandbox", account, booking.Reference, booking.PaymentId ?? "", "visa",
            DateTimeOffset.FromUnixTimeMilliseconds(booking.At).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), "UTC",
            currency, amount, record, currency, record == "Settled" ? amount : "", currency, "", fee, "", "", "", "", "visa", "", booking.Id == booking.Reference && record is "Received" or "Authorised" ? "" : booking.Id,
        }.Select(Quoted)).Append('\n');
    }

    private static string Quoted(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Adyen's minor units as a decimal: its digits, not those of ISO 4217.</summary>
    private static string Major(long amount, string currency)
    {
        var digits = AdyenCurrencies.Digits(currency);
        var text = amount.ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        return digits == 0 ? text : $"{text[..^digits]}.{text[^digits..]}";
    }
}

/// <summary>Digits of a currency's minor unit as Adyen's table has them.</summary>
internal static class AdyenCurrencies
{
    public static int Digits(string currency) => currency switch
    {
        "BIF" or "CVE" or "DJF" or "GNF" or "IDR" or "JPY" or "KMF" or "KRW" or "PYG" or "RWF" or "UGX" or "VND" or "VUV" or "XAF" or "XOF" or "XPF" => 0,
        "BHD" or "IQD" or "JOD" or "KWD" or "LYD" or "OMR" or "TND" => 3,
        _ => 2,
    };
}
