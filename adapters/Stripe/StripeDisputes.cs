using Stripe;

namespace Commerce.Payments;

/// <summary>Stripe's disputes.</summary>
internal static class StripeDisputes
{
    public static async Task<Outcome<ImmutableArray<Dispute>>> Of(StripeCalls calls, string reference, CancellationToken cancellationToken)
    {
        var reply = await calls.Make(
            StripePipelines.Disputes,
            reference,
            static (stripe, reference, cancellation) => stripe.V1.Disputes.ListAsync(new DisputeListOptions { PaymentIntent = reference, Limit = 100 }, cancellationToken: cancellation),
            cancellationToken);

        if (reply.Value is not { Data: { } listed })
        {
            return StripeOutcomes.OfUnread<ImmutableArray<Dispute>>(reply.Failure ?? new IOException("no list"));
        }

        var disputes = ImmutableArray.CreateBuilder<Dispute>(listed.Count);
        foreach (var dispute in listed)
        {
            if (Status(dispute.Status) is not { } status || StripeAmounts.Read(dispute.Amount, dispute.Currency) is not { } amount)
            {
                return StripeOutcomes.Nonsense<ImmutableArray<Dispute>>("a dispute that cannot be");
            }

            disputes.Add(new Dispute(
                dispute.Id, dispute.PaymentIntentId ?? reference, amount, status, dispute.Reason, StripeAmounts.Utc(dispute.Created),
                WantsAnswer(status) && dispute.EvidenceDetails?.DueBy is { } due ? StripeAmounts.Utc(due) : null));
        }

        return new Outcome<ImmutableArray<Dispute>>.Ok(disputes.MoveToImmutable());
    }

    /// <summary>How Stripe's words stand to ours; null for one that it does not document.</summary>
    public static DisputeStatus? Status(string? status) => status switch
    {
        "warning_needs_response" or "warning_under_review" => DisputeStatus.Inquiry,
        "warning_closed" or "prevented" => DisputeStatus.Closed,
        "needs_response" => DisputeStatus.NeedsResponse,
        "under_review" => DisputeStatus.UnderReview,
        "won" => DisputeStatus.Won,
        "lost" => DisputeStatus.Lost,
        _ => null,
    };

    public static bool WantsAnswer(DisputeStatus status) => status is DisputeStatus.Inquiry or DisputeStatus.NeedsResponse;
}
