using System.Collections.Frozen;

namespace Commerce.Problems;

/// <summary>Every problem this API answers with, in one table: the documents, their pages, docs/errors.md and the OpenAPI responses all come from it.</summary>
internal static class ProblemTypes
{
    private const string Client = "client", Upstream = "upstream", Data = "data", Internal = "internal";

    private static readonly ProblemType[] Table =
    [
        // 400: cannot be read.
        Of("bad-request", 400, Client, "The request cannot be read", "The request breaks HTTP itself.", "Repair the request; the detail says where."),
        Of("malformed-json", 400, Client, "The body is not valid JSON", "The body is empty, truncated, not UTF-8, has a name twice, a comment or a trailing comma, or nests deeper than 64.", "Send one JSON value, as RFC 8259 has it, in UTF-8."),
        Of("idempotency-key-missing", 400, Client, "An Idempotency-Key is required", "Requests that move money carry a key, so that a repeat cannot move it twice.", "Make a random key for each purchase, capture or refund, and send the same one with every repeat."),
        Of("idempotency-key-invalid", 400, Client, "The Idempotency-Key is not valid", "The key is empty, longer than 255 characters, not printable ASCII, or was sent twice.", "Send one key of 1 to 255 printable characters; a UUID is fine."),
        Of("invalid-if-match", 400, Client, "The If-Match header cannot be read", "If-Match holds something else than one entity tag.", "Send back the ETag of the answer you saw, quotes included, or *."),
        Of("invalid-cursor", 400, Client, "The cursor cannot be read", "A cursor is only what this API gave out as `next`.", "Start without a cursor, and follow `next`."),
        Of("webhook-signature", 400, Client, "The webhook is not signed as agreed", "The signature does not fit the body, or is too old.", "Check the endpoint's secret at the provider and here; the clock may be off."),
        Of("webhook-unreadable", 400, Client, "The webhook cannot be read", "The body is not an event of that provider.", "Check which provider posts to this address."),

        // 401, 403: who may.
        Of("unauthenticated", 401, Client, "Who are you?", "There is no bearer token, or it is not valid (any more).", "Send `Authorization: Bearer` with the cart's token, a customer's JWT or the admin key."),
        Of("forbidden", 403, Client, "This is not for you", "The token is valid, but does not carry the scope that this takes.", "Use an operator's token."),

        // 404 to 431: HTTP.
        Of("not-found", 404, Client, "Not found", "There is no such resource, or it belongs to somebody else.", "Check the id, and that the token is the one that the resource was made with."),
        Of("unknown-table", 404, Client, "There is no such table to export", "The export has other tables.", "Take one of those in `allowed`."),
        Of("unknown-read-model", 404, Client, "There is no such read model", "The shop has other read models.", "Take one of those in `allowed`."),
        Of("method-not-allowed", 405, Client, "The resource does not take this method", "The address is right, the method is not.", "Use one of the methods in the Allow header."),
        Of("not-acceptable", 406, Client, "No representation fits the Accept header", "Answers are application/json; event feeds are text/event-stream too.", "Accept application/json."),
        Of("body-too-large", 413, Client, "The body is too large", "A body has 256 KiB at the most.", "Send less; a cart's lines can be added one by one."),
        Of("uri-too-long", 414, Client, "The address is too long", "Path and query together have 8 KiB at the most.", "Shorten the query."),
        Of("unsupported-media-type", 415, Client, "The body is of another kind", "Bodies are application/json in UTF-8, not compressed.", "Send `Content-Type: application/json`."),
        Of("headers-too-large", 431, Client, "The headers are too large", "A request has 100 headers and 32 KiB of them at the most.", "Send fewer; look for cookies that pile up."),

        // 409: not in this state.
        Of("not-now", 409, Client, "This cannot happen now", "The resource is in a state that does not take this step.", "Read it again; `allowed` names the steps that it takes now."),
        Of("cart-in-checkout", 409, Client, "The cart is being bought", "A checkout holds the cart.", "Wait for its end, or cancel it."),
        Of("cart-checked-out", 409, Client, "The cart was bought", "The cart became an order and takes no change.", "Start a new cart."),
        Of("price-changed", 409, Data, "The price has changed", "What would be charged is not what was shown.", "Show the new `quote`, and check out with its id."),
        Of("contact-erased", 409, Client, "The contact was erased", "The person asked to be forgotten; the contact takes no new data.", "Start a new cart."),
        Of("catalog-not-copied", 409, Client, "There is nothing to copy", "The products and prices are the shop's files, which are read at start.", "Change the files and start again, or choose another source (Commerce__Catalog__Provider)."),
        Of("insufficient-stock", 409, Client, "There are not enough units", "More units would be taken away than are free.", "Take away fewer, or wait until reservations end."),
        Of("sold-out", 409, Client, "Sold out", "Nothing is left of one of the goods, and nobody holds any who might let go of it. Nothing was begun.", "Tell the shopper; GET /v1/products/{id}/availability says when there is something again."),
        Again("goods-held", 409, Client, "The last ones are being paid for", "Nothing is free of one of the goods; what is left is held by shoppers who are paying. Nothing was begun.", "Try again as Retry-After says: what they do not pay for is sold again."),
        Of("stock-changed", 409, Client, "The stock is not what it was", "The adjustment was decided on another number of units than is on hand.", "Read the stock again, and decide anew."),
        Of("code-taken", 409, Client, "The code switches on another promotion", "A code, or what made codes begin with, belongs to one promotion.", "Choose another, or withdraw the promotion that has it."),
        Of("drop-overlaps", 409, Client, "Another drop sells this at that time", "A SKU is sold in one drop at a time.", "Choose another time, or leave the SKU out; GET /v1/admin/drops lists the drops."),
        Of("drop-over", 409, Client, "The drop is over", "Everything is sold, or its time is over; nobody is let in any more.", "Tell the shopper; GET /v1/drops/{id} says how it ended."),
        Of("drop-limit-reached", 409, Client, "No more of this drop for this customer", "The customer, or the address, has bought as many units as one can.", "Tell the shopper."),
        Of("pass-required", 409, Client, "This is sold to holders of a pass", "The SKU is sold in a drop, and the checkout came without a pass.", "POST to the drop's entries (the detail names it), wait for the turn, and send its `pass`."),
        Of("pass-used", 409, Client, "The pass was used", "A pass buys once; another checkout has it.", "Wait for that checkout: when it comes to nothing, the pass counts again for as long as it lives."),
        Of("pass-expired", 409, Client, "The pass has expired", "It was not used in its time and went to the next, or the drop was cancelled.", "Take a new place, if the drop still takes entries."),
        Of("pass-foreign", 409, Client, "The pass is for something else", "It was given to another shopper, or in another drop than the one that sells this.", "Send the entry's own token with its pass, and buy what the drop sells."),
        Of("pass-too-small", 409, Client, "The pass is for fewer units", "More units of the drop are bought than the pass is for.", "Buy as many as the entry's `units` says."),
        Of("nothing-to-capture", 409, Client, "There is nothing to capture", "Everything authorised is captured or voided.", "Read the order's payment."),
        Of("nothing-to-refund", 409, Client, "There is nothing to refund", "Everything captured is refunded.", "Read the order's payment."),
        Of("more-than-left", 409, Client, "That is more than is left", "Each unit of a line, and the shipping, is charged once and given back once, and never more money than is left of all.", "Ask for what is left; `detail` says how much."),
        Of("payment-refused", 409, Upstream, "The payment provider refused", "The provider will not do this to this payment.", "The detail holds the provider's reason; look it up in its dashboard."),

        Of("refund-too-late", 409, Client, "It is too late for this refund", "The provider gives money back only for so long after it was captured; the detail says how long.", "Pay it back another way."),
        Of("webhook-does-not-fit", 409, Upstream, "The webhook fits nothing", "What a provider told is about nothing that is known of its payment, and the provider cannot be asked.", "Look at the event and at the payment; replay the event once they fit."),

        // 412: another version.
        Of("stale-version", 412, Client, "The resource has changed since", "If-Match names a version that is not the current one.", "Read it again, and decide again."),

        // 422: understood, and impossible.
        Of("required", 422, Client, "Something is missing", "A field that this request needs is absent or null.", "Send the field; `errors` points to it."),
        Of("unknown-field", 422, Client, "There is no such field", "The body has a field that this request does not take. Prices, totals, states and owners are never the client's to send.", "Leave it out; `errors` points to it."),
        Of("invalid-value", 422, Client, "A value is not valid", "A field is of another type, form or range than it takes.", "Repair the field; `errors` points to it."),
        Of("too-long", 422, Client, "A text is too long", "A text exceeds the length that its field takes.", "Shorten it; `errors` points to it."),
        Of("invalid-quantity", 422, Client, "The quantity is not valid", "A quantity is a JSON integer from 1 to 9,999 (stock corrections: any but 0).", "Send a whole number, not a string and not a fraction."),
        Of("invalid-policy", 422, Client, "The stock policy is not valid", "A limit or a date of the policy cannot be right.", "`errors` names the field and what it may be."),
        Of("unknown-location", 422, Client, "There is no such location", "The shop's files name no location of that id.", "`GET /v1/admin/locations` lists them."),
        Of("invalid-amount", 422, Client, "The amount is not valid", "An amount is a whole number of minor units above zero, with its currency.", "Send `{\"amount\": 1299, \"currency\": \"EUR\"}` for 12.99 EUR."),
        Of("invalid-limit", 422, Client, "The limit is not valid", "A page has 1 to 100 items.", "Send `limit` from 1 to 100, or leave it out."),
        Of("too-many-lines", 422, Client, "There are too many lines", "A cart holds 100 lines at the most.", "Split the purchase."),
        Of("unknown-currency", 422, Client, "The currency is not known", "Currencies are ISO 4217 codes in capital letters.", "Send a code such as EUR, or leave it out."),
        Of("currency-mismatch", 422, Client, "The currencies do not fit together", "The channel, the order and the amount must be of one currency.", "Use the currency of the channel or the order."),
        Of("unknown-channel", 422, Client, "There is no such channel", "The shop has other channels.", "GET /v1/channels lists them."),
        Of("unknown-sku", 422, Client, "There is no such SKU", "No product of this channel has the SKU.", "GET /v1/products lists what is sold."),
        Of("unknown-line", 422, Client, "There is no such line", "The order has other lines.", "Read the order; its `lines` have their ids."),
        Of("unknown-coupon", 422, Client, "The coupon is not known", "There is no such code.", "Leave it out; tell the shopper to look at its spelling."),
        Of("coupon-not-started", 422, Client, "The coupon does not count yet", "The time of the code has not begun.", "Tell the shopper when it begins; the detail says it."),
        Of("coupon-expired", 422, Client, "The coupon is over", "The time of the code is over.", "Leave it out; tell the shopper."),
        Of("coupon-not-on-this-channel", 422, Client, "The coupon is for another shop", "The code counts on other channels.", "Leave it out; tell the shopper."),
        Of("coupon-minimum-not-reached", 422, Client, "The coupon needs a larger cart", "The cart costs less, or holds fewer units, than the code asks for.", "Tell the shopper what is missing; the message says it."),
        Of("coupon-not-for-this-customer", 422, Client, "The coupon is for other customers", "The code is for a group that the customer is not in.", "Leave it out; tell the shopper."),
        Of("coupon-first-order-only", 422, Client, "The coupon is for a first order", "The customer has ordered before.", "Leave it out; tell the shopper."),
        Of("coupon-not-for-this-destination", 422, Client, "The coupon is for other destinations", "The code is for deliveries elsewhere, or the destination is not known yet.", "PUT a destination, or leave it out."),
        Of("coupon-needs-sign-in", 422, Client, "The coupon needs a customer", "Its uses are counted for each customer, and this is a guest.", "Let the shopper sign in."),
        Of("coupon-used-up", 422, Client, "The coupon is used up", "The code has been used as often as it can be.", "Leave it out; tell the shopper."),
        Of("coupon-matches-nothing", 422, Client, "The coupon lowers nothing here", "Nothing in the cart is what the code is for.", "Tell the shopper what it is for."),
        Of("coupon-outdone", 422, Client, "Another offer is better", "The code cannot be had together with an offer that serves the shopper better.", "Tell the shopper; nothing is lost."),
        Of("too-many-coupons", 422, Client, "There are too many coupons", "A cart takes 10 coupons at the most.", "Remove one first."),
        Of("drop-code", 422, Client, "The drop takes a code", "The entry came without the code that the drop asks for, or with another.", "Ask the shopper for it."),
        Of("pass-invalid", 422, Client, "This is no pass", "This shop did not sign it, or it was changed on the way.", "Send the `pass` of the entry as it came."),
        Of("unknown-shipping-method", 422, Client, "There is no such shipping method", "The method does not ship to the destination.", "GET the cart's shipping-methods."),
        Of("no-shipping-method", 422, Client, "Nothing ships this cart", "Every way of shipping to the destination has a limit, and the cart is heavier.", "Take something out, or send it in several orders; the cart's shipping-methods say what is left."),
        Of("destination-not-served", 422, Client, "The destination is not served", "This channel does not ship to that country.", "GET /v1/channels lists the countries of each channel."),
        Of("unknown-tax-address", 422, Client, "Taxes cannot be computed for the address", "Postal code, region and country do not fit together.", "Correct them; `errors` points at the postal code."),
        Of("invalid-vat-id", 422, Client, "The VAT id has no valid form", "It is not as the tax authority that it names writes one, or a digit is wrong.", "Send it as on the invoice, with its country (DE136695976), or leave it out: taxes are then those of a consumer."),
        Of("destination-missing", 422, Client, "The destination is missing", "Taxes and shipping need to know where it goes.", "PUT a destination first."),
        Of("cart-empty", 422, Client, "The cart is empty", "There is nothing to buy.", "Add a line first."),
        Of("unknown-payment-provider", 422, Client, "There is no such payment provider", "The shop has other providers.", "Leave `payment.provider` out to take the channel's default."),
        Of("unknown-payment-method", 422, Client, "The provider does not take this method", "The method is none of that provider's.", "Send the token that the provider's own browser library gave."),
        Of("payment-method-missing", 422, Client, "No token is for a provider that takes this payment", "The shop chooses among its providers by amount, currency and country, and the tokens that were sent are for others.", "Ask GET /v1/carts/{id}/payment-options, and send a token of one of those providers in `payment.methods`."),
        Of("no-settlements", 422, Client, "The provider has no books to compare with", "Some providers only note what was agreed.", "Name another provider."),
        Of("invalid-span", 422, Client, "The days cannot be reconciled", "A report covers up to 31 whole days that have begun.", "Send `from` and `to` as days, the earlier one first, not after today (UTC)."),
        Of("remedy-not-offered", 422, Client, "That does not put the discrepancy right", "What can be done depends on which of the books is right.", "Take one of those in `allowed`."),
        Of("payment-amount-refused", 422, Client, "The provider does not take such an amount", "Every provider has smallest and largest amounts, and currencies that it does not take.", "Name another provider, or leave `payment.provider` out."),
        Of("account-data-refused", 422, Client, "Card numbers are never sent here", "The body holds what looks like a card number or card data. It was neither stored nor logged.", "Send the payment provider's token for the card."),
        Of("not-supported-by-provider", 422, Client, "The payment provider does not offer this", "Providers differ in partial captures, several captures and the age of what they refund.", "Capture or refund the whole, or use the provider's dashboard."),
        Of("capture-exceeds-authorised", 422, Client, "That is more than was authorised", "Captured money can never exceed what was authorised.", "Capture what is left; `detail` says how much."),
        Of("adjustment-too-low", 422, Client, "Less cannot be authorised", "What is captured, let go of or asked for already cannot be taken out of the authorisation.", "Ask for more than that; `detail` says how much it is."),
        Of("refund-exceeds-captured", 422, Client, "That is more than was captured", "Refunded money can never exceed what was captured.", "Refund what is left; `detail` says how much."),
        Of("idempotency-key-reused", 422, Client, "The key was used for another request", "The same Idempotency-Key came with another method, address or body.", "Take a new key for a new request; repeat an old one unchanged."),

        // 429, 503, 500: later.
        Again("rate-limited", 429, Client, "Too many requests", "The caller's token bucket is empty.", "Wait as long as Retry-After says; the RateLimit headers tell what is left."),
        Again("overloaded", 503, Internal, "There are too many requests at the moment", "More is asked than the shop can do in good time. Browsing is turned away first, then new carts, then carts, then new checkouts; what belongs to a checkout or an order that exists never is.", "Repeat the request, with the same Idempotency-Key if it has one, after Retry-After."),
        Again("temporarily-unavailable", 503, Internal, "Not possible at this moment", "A part of the system is starting, moving or overloaded, and was still when the request had been repeated inside for some seconds.", "Repeat the request with the same Idempotency-Key after Retry-After."),
        Again("payment-in-doubt", 503, Upstream, "The payment provider has not answered yet", "The outcome is not known, and is being asked for.", "Repeat the request with the same Idempotency-Key after Retry-After; nothing is charged twice."),
        Of("internal", 500, Internal, "A defect of ours", "Something happened that should not be possible. It was logged.", "Tell the operators the correlationId."),
    ];

    private static readonly FrozenDictionary<string, ProblemType> ByCode = Table.ToFrozenDictionary(static type => type.Code, StringComparer.Ordinal);

    public static IReadOnlyList<ProblemType> All => Table;

    public static ProblemType? Find(string code) => ByCode.GetValueOrDefault(code);

    /// <summary>The type of that code; a code that is not in the table is a defect, and is answered as one.</summary>
    public static ProblemType Get(string code) => ByCode.GetValueOrDefault(code) ?? ByCode["internal"];

    /// <summary>What a bare status of the framework means in this table.</summary>
    public static ProblemType ForStatus(int status) => Get(status switch
    {
        401 => "unauthenticated",
        403 => "forbidden",
        404 => "not-found",
        405 => "method-not-allowed",
        406 => "not-acceptable",
        413 => "body-too-large",
        414 => "uri-too-long",
        415 => "unsupported-media-type",
        429 => "rate-limited",
        431 => "headers-too-large",
        503 => "temporarily-unavailable",
        >= 500 => "internal",
        _ => "bad-request",
    });

    private static ProblemType Of(string code, int status, string category, string title, string cause, string remedy) =>
        new(code, status, category, false, title, cause, remedy);

    private static ProblemType Again(string code, int status, string category, string title, string cause, string remedy) =>
        new(code, status, category, true, title, cause, remedy);
}
