using System.Text.Json.Serialization;

namespace Commerce.Sandbox.Adyen;

/// <summary>An error that somebody wrote into Adyen's report, to see whether a reconciliation finds it.</summary>
/// <param name="Kind"><c>omit</c>, <c>alter</c>, <c>double</c>, <c>delay</c> a line, <c>invent</c> one, or <c>clear</c>: forget all errors before it.</param>
/// <param name="Line">Reference of the capture or the refund; for <c>invent</c> the one that it makes.</param>
/// <param name="Amount">For <c>alter</c> and <c>invent</c>: minor units; for <c>invent</c> a refund when negative.</param>
/// <param name="Days">For <c>delay</c>: by how many days the line is moved.</param>
/// <param name="At">For <c>invent</c>: Unix milliseconds.</param>
internal sealed record AdyenMiswriting(
    [property: JsonPropertyName("k")] string Kind,
    [property: JsonPropertyName("l")] string Line = "",
    [property: JsonPropertyName("a")] long Amount = 0,
    [property: JsonPropertyName("c")] string? Currency = null,
    [property: JsonPropertyName("d")] int Days = 0,
    [property: JsonPropertyName("t")] long At = 0)
{
    private static readonly long Day = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    /// <summary>What a tester asks for; null when it is nothing that can be.</summary>
    public static AdyenMiswriting? Of(string kind, AdyenCall call)
    {
        return (kind, call.Text("line")) switch
        {
            ("omit" or "double", { } line) => new(kind, line),
            ("alter", { } line) when Number("amount") is { } amount => new(kind, line, Amount: amount),
            ("delay", { } line) => new(kind, line, Days: (int)(Number("days") ?? 1)),
            ("invent", _) when Number("amount") is { } amount and not 0 && call.Text("currency") is { Length: 3 } currency =>
                new(kind, AdyenJson.NewReference(), amount, currency, At: DateTimeOffset.TryParse(call.Text("at"), out var at) ? at.ToUnixTimeMilliseconds() : call.Now),
            _ => null,
        };

        long? Number(string name) => long.TryParse(call.Text(name), out var number) ? number : null;
    }

    /// <summary>The books with all the errors in them.</summary>
    public static IEnumerable<VendorBooking> In(IEnumerable<VendorBooking> bookings, IReadOnlyCollection<AdyenMiswriting> errors) => errors.Count == 0
        ? bookings
        : bookings
            .SelectMany(booking => errors.Where(error => error.Line == booking.Id).Aggregate((IEnumerable<VendorBooking>)[booking], static (so, error) => so.SelectMany(error.On)))
            .Concat(errors.Where(static error => error.Kind is "invent").Select(static error => error.Invented));

    private VendorBooking Invented => new(
        AdyenAccount.Name, Line, AdyenJson.NewReference(), Amount < 0 ? "refund" : "capture", Math.Abs(Amount), Currency!, Key: null, CheckoutId: null, PaymentId: null, At, "succeeded");

    private IEnumerable<VendorBooking> On(VendorBooking booking) => Kind switch
    {
        "omit" => [],
        "alter" => [booking with { Amount = Amount }],
        "double" => [booking, booking],
        "delay" => [booking with { At = booking.At + (Days * Day) }],
        _ => [booking],
    };
}
