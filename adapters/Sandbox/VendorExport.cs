using System.Buffers;
using System.Globalization;
using System.Text.Json;

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

    /// <summary>Vendor after vendor, each from its oldest line on.</summary>
    private static async Task Transactions(HttpContext http)
    {
        http.Response.ContentType = "application/jsonl";
        using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        foreach (var books in http.RequestServices.GetServices<IVendorBooks>())
        {
            for (var from = 0; books.Bookings(from, Batch) is { Count: > 0 } bookings; from += bookings.Count)
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
    }

    /// <summary>No pretend order management yet: empty.</summary>
    private static Task Orders(HttpContext http)
    {
        http.Response.ContentType = "application/jsonl";
        return Task.CompletedTask;
    }

    private static void Write(Utf8JsonWriter json, VendorBooking booking)
    {
        json.WriteStartObject();
        json.WriteString("vendor"u8, booking.Vendor);
        json.WriteString("txn_id"u8, booking.Id);
        json.WriteString("vendor_ref"u8, booking.Reference);
        json.WriteString("kind"u8, booking.Kind);
        json.WriteNumber("amount"u8, booking.Amount);
        json.WriteString("currency"u8, booking.Currency);
        json.WriteString("idem_key"u8, booking.Key);
        json.WriteString("checkout_ref"u8, booking.CheckoutId);
        json.WriteString("payment_ref"u8, booking.PaymentId);
        json.WriteString("at"u8, DateTimeOffset.FromUnixTimeMilliseconds(booking.At).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        json.WriteString("outcome"u8, booking.Outcome);
        json.WriteEndObject();
    }
}
