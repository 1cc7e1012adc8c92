using Commerce.Events;
using Commerce.Journal;

namespace Commerce.Payments;

/// <inheritdoc cref="IPaymentList"/>
[GrainType("payment-list"), StatelessWorker, Reentrant]
internal sealed class PaymentList(ReadModelPages pages) : Grain, IPaymentList
{
    public Task<Page<PaymentMovement>> Movements(string provider, DateTimeOffset from, DateTimeOffset to, PageRequest page)
    {
        var oldest = PaymentsModel.Sort(from);
        return pages.Page(
            ReadModels.Payments, PaymentsModel.MovementsOf(provider), Parse(page.Cursor, Identity.Payment) ?? (PaymentsModel.Sort(to), ""), page.Limit,
            static row => ReadModel.Read<PaymentMovement>(row.Body!), row => string.CompareOrdinal(row.Sort, oldest) >= 0, static _ => true);
    }

    public async Task<string?> Find(string provider, string reference)
    {
        var found = await pages.Page(ReadModels.Payments, PaymentsModel.ReferenceOf(provider, reference), null, 1, static row => row.Id);
        return found.Items.FirstOrDefault();
    }

    public Task<Page<PaymentSummary>> Attention(PaymentAttention why, PageRequest page) => pages.Page(
        ReadModels.Payments, PaymentsModel.KeyOf(why), Parse(page.Cursor, Identity.Payment), page.Limit, static row => ReadModel.Read<PaymentSummary>(row.Body!));

    public async Task<Page<InboundWebhookSummary>> Webhooks(string? provider, InboundWebhookStatus? status, PageRequest page)
    {
        var before = Parse(page.Cursor, Identity.Webhook);
        if (status is { } one)
        {
            return await Webhooks(one, provider, before, page.Limit);
        }

        // Each state is a list of its own: of the tops of all the newest are the top of all.
        var all = await Task.WhenAll(Enum.GetValues<InboundWebhookStatus>().Select(each => Webhooks(each, provider, before, page.Limit)));
        InboundWebhookSummary[] sorted =
        [
            .. all.SelectMany(list => list.Items).OrderByDescending(webhook => PaymentsModel.Sort(webhook.ReceivedAt), StringComparer.Ordinal).ThenByDescending(webhook => webhook.Id, StringComparer.Ordinal),
        ];
        var shown = sorted.Take(page.Limit).ToImmutableArray();
        var goesOn = sorted.Length > shown.Length || all.Any(list => list.Next is not null);
        return new Page<InboundWebhookSummary>(
            shown, goesOn && shown is [.., var last] ? PageCursor.Of((PaymentsModel.Sort(last.ReceivedAt), last.Id)) : null, all.Min(list => list.AsOf));
    }

    private Task<Page<InboundWebhookSummary>> Webhooks(InboundWebhookStatus status, string? provider, (string Sort, string Id)? before, int limit) => provider is null
        ? pages.Page(ReadModels.Payments, PaymentsModel.KeyOf(status), before, limit, Read)
        : pages.Page(ReadModels.Payments, PaymentsModel.KeyOf(status), before, limit, Read, static _ => true, webhook => webhook.Provider == provider);

    private static InboundWebhookSummary Read(ReadModelRow row) => ReadModel.Read<InboundWebhookSummary>(row.Body!);

    private static (string Sort, string Id)? Parse(string? cursor, string prefix) =>
        PageCursor.Parse(cursor, (sort, id) => PageCursor.IsNumber(sort, 19) && (id.Length == 0 || id.StartsWith(prefix, StringComparison.Ordinal)));
}
