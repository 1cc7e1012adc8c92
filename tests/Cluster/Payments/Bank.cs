using Commerce.Payments;

namespace Commerce.Tests.Cluster.Payments;

/// <summary>What the bank tells the shop by webhook.</summary>
internal static class Bank
{
    extension(Shop shop)
    {
        /// <summary>Posts a webhook that says so, and waits until it has done what it does.</summary>
        public async Task Tell(Trial trial, FactKind kind, string? reference = null, string? key = null, long? amount = null, int minutes = 0, DisputeStatus? dispute = null)
        {
            var eventId = await shop.Post(trial, kind, reference, key, amount, minutes, dispute);
            await Shop.Until(async () => (await shop.Inbox(eventId))?.Summary.Status is InboundWebhookStatus.Applied, $"'{kind}' is applied");
        }

        public async Task<string> Post(Trial trial, FactKind kind, string? reference = null, string? key = null, long? amount = null, int minutes = 0, DisputeStatus? dispute = null)
        {
            var eventId = "evt_" + Guid.NewGuid().ToString("N");
            var fact = new PaymentFact(kind, reference ?? trial.Account.Reference, amount is { } cents ? new Money(cents, "EUR") : null, key, null, null, shop.Clock.GetUtcNow().AddMinutes(minutes))
            {
                Dispute = dispute,
            };
            await shop.Grains.GetGrain<IWebhookDoor>("scripted").Receive(ScriptedPaymentProvider.Webhook(eventId, trial.PaymentId, fact));
            return eventId;
        }

        public Task<InboundWebhookView?> Inbox(string eventId) => shop.Grains.InboundWebhook($"{Identity.Webhook}scripted_{eventId}").Get();
    }

    /// <summary>The bank's reference of what was asked for under an operation.</summary>
    public static string ReferenceOf(this Trial trial, string step, string operation) => ScriptedPaymentProvider.Account.ReferenceOf($"{trial.PaymentId}:{step}:{operation}");
}
