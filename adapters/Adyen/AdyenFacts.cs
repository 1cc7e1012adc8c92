using System.Globalization;

namespace Commerce.Payments;

using static FactKind;

/// <summary>What Adyen's events vouch for: the one table. Written out in docs/mappings/adyen.md.</summary>
internal static class AdyenFacts
{
    /// <summary>Null for an event that says nothing of money held, taken, given back or disputed.</summary>
    /// <param name="key">The key that we asked under, from the reference that Adyen gave back.</param>
    public static PaymentFact? Of(AdyenNotification item, string? key, AdyenOptions settings) => Kind(item) is not { } kind ? null : new PaymentFact(
        kind,
        item.PspReference,
        AdyenAmounts.Read(item.Amount),
        kind is Disputed ? null : key,
        Code(item, kind),
        item.Success && kind is not Disputed ? null : item.Reason, // beside a success it is the card's authorisation code and last digits
        item.At)
    {
        Dispute = kind is Disputed ? Stands(item) : null,
        Until = kind switch
        {
            Authorised or Adjusted => item.At + settings.AuthorisationLife,
            Disputed => Deadline(item),
            _ => null,
        },
    };

#pragma warning disable format // a table
    private static FactKind? Kind(AdyenNotification item) => (item.EventCode, item.Success) switch
    {
        ("AUTHORISATION",                       true)  => Authorised,
        ("AUTHORISATION" or "OFFER_CLOSED",     _)     => AuthorisationFailed,
        ("AUTHORISATION_ADJUSTMENT",            true)  => Adjusted,
        ("AUTHORISATION_ADJUSTMENT",            false) => AdjustmentFailed,
        ("CAPTURE",                             true)  => Captured,
        ("CAPTURE" or "CAPTURE_FAILED",         _)     => CaptureFailed,
        ("REFUND" or "REFUND_WITH_DATA",        true)  => Refunded,
        ("REFUND" or "REFUND_WITH_DATA" or "REFUND_FAILED" or "REFUNDED_REVERSED", _) => RefundFailed,
        ("CANCELLATION" or "TECHNICAL_CANCEL",  true)  => Voided,
        ("CANCELLATION" or "TECHNICAL_CANCEL",  false) => VoidFailed,
        ("CANCEL_OR_REFUND",                    true)  => Refunds(item) ? Refunded : Voided,
        ("CANCEL_OR_REFUND",                    false) => Refunds(item) ? RefundFailed : VoidFailed,
        ("EXPIRE",                              true)  => Expired,
        ("REQUEST_FOR_INFORMATION" or "NOTIFICATION_OF_CHARGEBACK" or "INFORMATION_SUPPLIED" or "CHARGEBACK" or "CHARGEBACK_REVERSED"
            or "SECOND_CHARGEBACK" or "PREARBITRATION_WON" or "PREARBITRATION_LOST", _) => Disputed,
        _ => null,
    };

    /// <summary>An inquiry has taken no money; a chargeback has, until it is reversed.</summary>
    private static DisputeStatus Stands(AdyenNotification item) => (item.EventCode, item.Additional("disputeStatus")) switch
    {
        ("REQUEST_FOR_INFORMATION" or "NOTIFICATION_OF_CHARGEBACK", _) => DisputeStatus.Inquiry,
        ("INFORMATION_SUPPLIED",                     _)                => DisputeStatus.UnderReview,
        ("CHARGEBACK_REVERSED" or "PREARBITRATION_WON", _)             => DisputeStatus.Won,
        ("SECOND_CHARGEBACK" or "PREARBITRATION_LOST",  _)             => DisputeStatus.Lost,
        (_, "Lost" or "Accepted" or "Expired")                         => DisputeStatus.Lost,
        (_, "Pending" or "Responded")                                  => DisputeStatus.UnderReview,
        (_, "Won")                                                     => DisputeStatus.Won,
        _                                                              => DisputeStatus.NeedsResponse,
    };
#pragma warning restore format

    private static bool Refunds(AdyenNotification item) => item.Additional("modification.action") == "refund";

    private static string? Code(AdyenNotification item, FactKind kind) => kind switch
    {
        AuthorisationFailed => item.EventCode is "OFFER_CLOSED" ? Declines.Expired : AdyenRefusals.Of(item.Additional("refusalReasonCode"), item.Reason).Code,
        AdjustmentFailed or CaptureFailed or RefundFailed or VoidFailed or Disputed => Word(item.Additional("chargebackReasonCode") ?? item.Reason ?? item.EventCode),
        _ => null,
    };

    /// <summary>A reason as a code: <c>Insufficient balance on payment</c> is <c>insufficient_balance_on_payment</c>.</summary>
    private static string Word(string reason)
    {
        var word = string.Create(Math.Min(reason.Length, 60), reason, static (text, reason) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = char.IsAsciiLetterOrDigit(reason[i]) || reason[i] == '.' ? char.ToLowerInvariant(reason[i]) : '_';
            }
        });
        return word.Trim('_');
    }

    private static DateTimeOffset? Deadline(AdyenNotification item) =>
        DateTimeOffset.TryParse(item.Additional("defensePeriodEndsAt"), CultureInfo.InvariantCulture, out var until) ? until.ToUniversalTime() : null;
}
