using System.Globalization;
using System.Net;
using System.Text;
using Commerce.Sandbox.Stripe;

namespace Commerce.Sandbox;

/// <summary>Says what the sandbox is, which cards it knows, and what happened last.</summary>
internal static class HomePage
{
    public static IResult Show(IEnumerable<IVendorBooks> vendors)
    {
        var page = new StringBuilder("""
            <section><h1>Vendor sandbox</h1>
            <p>Speaks Stripe's HTTP dialect under <code>/sandbox/stripe</code> and Avalara AvaTax's under <code>/sandbox/avalara</code>. No money moves; everything survives a restart.</p>
            <p class="soft">Books: <a href="/sandbox/export/vendor_txn">vendor_txn</a> · <a href="/sandbox/export/vendor_oms">vendor_oms</a>
            · Faults in force: <a href="/sandbox/faults">/sandbox/faults</a> (POST a rule, DELETE to clear; one request: header <code>Sandbox-Fault: drop_after</code>)</p>
            <p class="soft">At Stripe, by POST: a dispute of a captured payment <code>/sandbox/stripe/disputes</code> and its end <code>…/disputes/{id}</code>
            · the fate of a refund <code>/sandbox/stripe/refunds/{id}</code> · an error in its books <code>/sandbox/stripe/settlements/{omit|alter|double|delay|invent}</code>
            (<a href="/sandbox/stripe/settlements">those in force</a>)</p></section>
            <section><h2>Latest transactions</h2>
            """);

        var latest = vendors.SelectMany(books => books.Newest(20)).OrderByDescending(booking => booking.At).Take(20).ToArray();
        if (latest.Length == 0)
        {
            page.Append("<p class=\"soft\">None yet.</p>");
        }
        else
        {
            page.Append("<table><tr><th>When (UTC)</th><th>Vendor</th><th>What</th><th>Amount, minor units</th><th>Payment</th><th>Checkout</th><th>Outcome</th></tr>");
            foreach (var booking in latest)
            {
                var when = DateTimeOffset.FromUnixTimeMilliseconds(booking.At).ToString("MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
                page.Append($"<tr><td>{when}</td><td>{booking.Vendor}</td><td>{booking.Kind}</td><td class=\"n\">{booking.Amount} {booking.Currency}</td>")
                    .Append($"<td><code>{booking.Reference}</code></td><td><code>{WebUtility.HtmlEncode(booking.CheckoutId)}</code></td><td>{booking.Outcome}</td></tr>");
            }

            page.Append("</table>");
        }

        page.Append("</section><section><h2>Test payment methods</h2><table><tr><th>Method</th><th>Card number</th><th>What happens</th></tr>");
        foreach (var card in TestCard.All)
        {
            page.Append($"<tr><td><code>{card.Id}</code></td><td><code>{card.Number}</code></td><td>{Says(card)}</td></tr>");
        }

        return Page.Html("Vendor sandbox", page.Append("</table></section>").ToString());
    }

    private static string Says(TestCard card) => (card.Challenge, card.Decline) switch
    {
        (false, null) => "is authorised" + Later(card),
        (false, { } why) => $"is declined: {why}",
        (true, null) => "asks for 3-D Secure, then is authorised",
        (true, { } why) => $"asks for 3-D Secure, then is declined: {why}",
    };

    private static string Later(TestCard card) => (card.Refund, card.Dispute) switch
    {
        (RefundFate.SucceedsLater, _) => "; its refunds are pending and succeed later",
        (RefundFate.FailsLater, _) => "; its refunds succeed and fail later",
        (_, "inquiry") => "; its bank inquires about it once it is captured",
        (_, { } why) => $"; is disputed once it is captured: {why}",
        _ => "",
    };
}
