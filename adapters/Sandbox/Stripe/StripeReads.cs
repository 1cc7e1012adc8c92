using System.Text.Json;
using System.Text.RegularExpressions;

namespace Commerce.Sandbox.Stripe;

/// <summary>What Stripe shows without changing anything.</summary>
internal static partial class StripeReads
{
    private const int Most = 100;

    public static Decision Intent(StripeAccount account, StripeCall call) =>
        account.Intent(call.Id) is { } intent ? Answer.Of(intent) : Answer.Missing("payment_intent", call.Id, "intent");

    public static Decision Charge(StripeAccount account, StripeCall call) =>
        call.Id.Length >= 3 + SandboxIds.Length && account.Intent(string.Concat("pi_", call.Id.AsSpan(3, SandboxIds.Length))) is { Attempts: > 0 } intent
            ? new Answer(200) { Body = json => json.Charge(intent) }
            : Answer.Missing("charge", call.Id);

    public static Decision Refund(StripeAccount account, StripeCall call) =>
        account.Refund(call.Id) is { } refund ? new Answer(200) { Refund = refund } : Answer.Missing("refund", call.Id);

    public static Decision Intents(StripeAccount account, StripeCall call)
    {
        var (limit, from, to) = Page(call.Form);
        return List("/v1/payment_intents", account.Intents(call.Form["starting_after"], from, to, limit + 1), limit,
            Shown(call));
    }

    public static Decision Refunds(StripeAccount account, StripeCall call)
    {
        var (limit, from, to) = Page(call.Form);
        var intent = call.Form["payment_intent"];
        var charge = call.Form["charge"];
        return List("/v1/refunds",
            account.Refunds(refund => (intent is null || refund.Intent == intent) && (charge is null || refund.Charge == charge)
                && refund.Created >= from && refund.Created < to, limit + 1),
            limit,
            static (json, refund) => json.Refund(refund));
    }

    public static Decision Settlements(StripeAccount account, StripeCall call)
    {
        var (limit, from, to) = Page(call.Form);
        var expand = call.Form.Expands("source");
        return List("/v1/balance_transactions", account.Settlements(call.Form["starting_after"], call.Form["source"], from, to, limit + 1), limit,
            (json, line) => json.Settlement(line, expand ? account : null));
    }

    public static Decision Dispute(StripeAccount account, StripeCall call) =>
        account.Dispute(call.Id) is { } dispute ? Answer.Of(dispute) : Answer.Missing("dispute", call.Id);

    public static Decision Disputes(StripeAccount account, StripeCall call)
    {
        var (intent, charge) = (call.Form["payment_intent"], call.Form["charge"]);
        return Listed("/v1/disputes", call,
            limit => account.Disputes(dispute => (intent is null || dispute.Intent == intent) && (charge is null || dispute.Charge == charge), limit),
            static (json, dispute) => json.Dispute(dispute));
    }

    public static Decision Events(StripeAccount account, StripeCall call)
    {
        var (limit, _, _) = Page(call.Form);
        return List("/v1/events", account.Events(limit + 1), limit, static (json, happened) => json.Event(happened));
    }

    public static Decision Search(StripeAccount account, StripeCall call) => Clauses(call) is { } clauses
        ? Found("/v1/payment_intents/search", call, limit => account.Search(clauses, limit), Shown(call))
        : Answer.Refused($"Invalid search query: {call.Form["query"]}", param: "query");

    /// <summary>Metadata clauses joined by AND, which is what a shop asks for: <c>metadata['order_id']:'ord_1'</c>. Null: something else was asked.</summary>
    public static KeyValuePair<string, string>[]? Clauses(StripeCall call)
    {
        var query = call.Form["query"] ?? "";
        var clauses = Clause().Matches(query)
            .Select(match => new KeyValuePair<string, string>(match.Groups["key"].Value, Escaped().Replace(match.Groups["value"].Value, "${letter}")))
            .ToArray();

        return clauses.Length == 0 || !WholeQuery().IsMatch(query) ? null : clauses;
    }

    /// <summary>A page of what a search finds; <paramref name="find"/> is asked for one more than fits.</summary>
    public static Answer Found<T>(string url, StripeCall call, Func<int, List<T>> find, Action<Utf8JsonWriter, T> show)
    {
        var (limit, _, _) = Page(call.Form);
        return List(url, find(limit + 1), limit, show, "search_result");
    }

    /// <summary>A page of a list; <paramref name="find"/> is asked for one more than fits.</summary>
    public static Answer Listed<T>(string url, StripeCall call, Func<int, List<T>> find, Action<Utf8JsonWriter, T> show)
    {
        var (limit, _, _) = Page(call.Form);
        return List(url, find(limit + 1), limit, show);
    }

    private static Action<Utf8JsonWriter, PaymentIntent> Shown(StripeCall call)
    {
        var expand = call.Form.Expands("latest_charge");
        return (json, intent) => json.Intent(intent, expand);
    }

    private static (int Limit, long From, long To) Page(StripeForm form) => (
        (int)Math.Clamp(form.Number("limit", 10), 1, Most),
        Math.Max(form.Number("created[gte]", long.MinValue), form.Number("created[gt]", long.MinValue + 1) is var after and > long.MinValue + 1 ? after + 1 : long.MinValue),
        Math.Min(form.Number("created[lt]", long.MaxValue), form.Number("created[lte]", long.MaxValue) is var last and < long.MaxValue ? last + 1 : long.MaxValue));

    private static Answer List<T>(string url, List<T> found, int limit, Action<Utf8JsonWriter, T> show, string kind = "list") => new(200)
    {
        Body = json =>
        {
            json.WriteStartObject();
            json.WriteString("object"u8, kind);
            json.WriteStartArray("data"u8);
            foreach (var item in found.Take(limit))
            {
                show(json, item);
            }

            json.WriteEndArray();
            json.WriteBoolean("has_more"u8, found.Count > limit);
            json.WriteString("url"u8, url);
            json.WriteEndObject();
        },
    };

    [GeneratedRegex("""\\(?<letter>.)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Escaped();

    [GeneratedRegex("""metadata\[["'](?<key>[^"'\]]+)["']\]\s*:\s*(?<quote>["'])(?<value>(\\.|(?!\k<quote>).)*)\k<quote>""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Clause();

    [GeneratedRegex("""^\s*metadata\[[^\]]+\]\s*:\s*("(\\.|[^"\\])*"|'(\\.|[^'\\])*')(\s+AND\s+metadata\[[^\]]+\]\s*:\s*("(\\.|[^"\\])*"|'(\\.|[^'\\])*'))*\s*$""", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex WholeQuery();
}
