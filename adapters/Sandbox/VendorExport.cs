using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Commerce.Sandbox.Stripe;

namespace Commerce.Sandbox;

/// <summary>What the vendors saw and did, as JSON lines: the truth that a shop's books are held against.</summary>
internal static class VendorExport
{
    private const int Batch = 512;

    extension(IEndpointRouteBuilder routes)
    {
        public void MapExport()
        {
            routes.MapGet("/export/vendor_txn", Transactions).ExcludeFromDescription();
            routes.MapGet("/export/vendor_oms", Orders).ExcludeFromDescription();
        }
    }

    private static async Task Transactions(HttpContext http)
    {
        var account = http.RequestServices.GetRequiredService<StripeAccount>();
        http.Response.ContentType = "application/jsonl";
        using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        for (var from = 0; account.Bookings(from, Batch) is { Count: > 0 } bookings; from += bookings.Count)
        {
            foreach (var booking in bookings)
            {
                Write(json, booking);
                json.Flush();
                json.Reset();
                http.Response.BodyWriter.Write("\n"u8);
            }

            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
    }

    /// <summary>No pretend order management yet: empty.</summary>
    private static Task Orders(HttpContext http)
    {
        http.Response.ContentType = "application/jsonl";
        return Task.CompletedTask;
    }

    private static void Write(Utf8JsonWriter json, Booking booking)
    {
        var (transaction, intent, key, at) = booking;
        json.WriteStartObject();
        json.WriteString("vendor"u8, "stripe"u8);
        json.WriteString("txn_id"u8, transaction.Id);
        json.WriteString("vendor_ref"u8, intent.Id);
        json.WriteString("kind"u8, transaction.Kind);
        json.WriteNumber("amount"u8, transaction.Amount);
        json.WriteString("currency"u8, intent.Currency.ToUpperInvariant());
        json.WriteString("idem_key"u8, key);
        json.WriteString("checkout_ref"u8, intent.Meta("checkout_id"));
        json.WriteString("payment_ref"u8, intent.Meta("payment_id"));
        json.WriteString("at"u8, DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        json.WriteString("outcome"u8, transaction.Outcome);
        json.WriteEndObject();
    }
}
