using System.Collections.Frozen;
using Stripe;

namespace Commerce.Payments;

/// <summary>Stripe's refusals as declines: the one table. https://docs.stripe.com/declines/codes, as of API version <see cref="StripeOptions.ApiVersion"/>.</summary>
internal static class StripeDeclines
{
    /// <param name="Vendor">Stripe's <c>decline_code</c>, or the error's <c>code</c> when it has none.</param>
    /// <param name="Code">One of <see cref="Declines"/>.</param>
    /// <param name="Hard">Whether the same card will be declined again, when Stripe gives no advice of its own.</param>
    internal sealed record Row(string Vendor, string Code, bool Hard);

    /// <summary>All that Stripe documents for cards.</summary>
#pragma warning disable format // a table
    public static ImmutableArray<Row> All { get; } =
    [
        new("approve_with_id",                         Declines.ProcessingError,        false),
        new("authentication_not_handled",              Declines.AuthenticationRequired, false),
        new("authentication_required",                 Declines.AuthenticationRequired, false),
        new("call_issuer",                             Declines.DoNotHonor,             false),
        new("card_declined",                           Declines.CardDeclined,           false),
        new("card_decline_rate_limit_exceeded",        Declines.TooManyTries,           false),
        new("card_not_supported",                      Declines.CardNotSupported,       true),
        new("card_velocity_exceeded",                  Declines.LimitExceeded,          false),
        new("currency_not_supported",                  Declines.CurrencyNotSupported,   true),
        new("do_not_honor",                            Declines.DoNotHonor,             false),
        new("do_not_try_again",                        Declines.DoNotHonor,             true),
        new("duplicate_transaction",                   Declines.Duplicate,              false),
        new("expired_card",                            Declines.CardExpired,            true),
        new("fraudulent",                              Declines.SuspectedFraud,         true),
        new("generic_decline",                         Declines.CardDeclined,           false),
        new("highest_risk_level",                      Declines.SuspectedFraud,         true),
        new("incorrect_address",                       Declines.InvalidCard,            false),
        new("incorrect_cvc",                           Declines.IncorrectCvc,           false),
        new("incorrect_number",                        Declines.InvalidCard,            true),
        new("incorrect_pin",                           Declines.InvalidCard,            false),
        new("incorrect_zip",                           Declines.InvalidCard,            false),
        new("insufficient_funds",                      Declines.InsufficientFunds,      false),
        new("invalid_account",                         Declines.InvalidCard,            true),
        new("invalid_amount",                          Declines.LimitExceeded,          false),
        new("invalid_cvc",                             Declines.IncorrectCvc,           false),
        new("invalid_expiry_month",                    Declines.InvalidCard,            false),
        new("invalid_expiry_year",                     Declines.InvalidCard,            false),
        new("invalid_number",                          Declines.InvalidCard,            true),
        new("invalid_pin",                             Declines.InvalidCard,            false),
        new("issuer_not_available",                    Declines.IssuerUnavailable,      false),
        new("lost_card",                               Declines.LostOrStolen,           true),
        new("merchant_blacklist",                      Declines.SuspectedFraud,         true),
        new("new_account_information_available",       Declines.InvalidCard,            true),
        new("no_action_taken",                         Declines.DoNotHonor,             false),
        new("not_permitted",                           Declines.NotPermitted,           true),
        new("offline_pin_required",                    Declines.AuthenticationRequired, false),
        new("online_or_offline_pin_required",          Declines.AuthenticationRequired, false),
        new("payment_intent_authentication_failure",   Declines.AuthenticationFailed,   false),
        new("payment_method_customer_decline",         Declines.CancelledByShopper,     false),
        new("payment_method_provider_decline",         Declines.CardDeclined,           false),
        new("payment_method_provider_timeout",         Declines.IssuerUnavailable,      false),
        new("pickup_card",                             Declines.LostOrStolen,           true),
        new("pin_try_exceeded",                        Declines.TooManyTries,           false),
        new("processing_error",                        Declines.ProcessingError,        false),
        new("reenter_transaction",                     Declines.ProcessingError,        false),
        new("restricted_card",                         Declines.NotPermitted,           true),
        new("revocation_of_all_authorizations",        Declines.AuthorisationRevoked,   true),
        new("revocation_of_authorization",             Declines.AuthorisationRevoked,   true),
        new("security_violation",                      Declines.NotPermitted,           true),
        new("service_not_allowed",                     Declines.NotPermitted,           true),
        new("stolen_card",                             Declines.LostOrStolen,           true),
        new("stop_payment_order",                      Declines.AuthorisationRevoked,   true),
        new("testmode_decline",                        Declines.InvalidCard,            true),
        new("transaction_not_allowed",                 Declines.NotPermitted,           true),
        new("try_again_later",                         Declines.ProcessingError,        false),
        new("withdrawal_count_limit_exceeded",         Declines.LimitExceeded,          false),
    ];
#pragma warning restore format

    private static readonly FrozenDictionary<string, Row> ByVendor = All.ToFrozenDictionary(row => row.Vendor, StringComparer.Ordinal);

    public static Decline Of(StripeError error) => Of(error.DeclineCode ?? error.Code, error.AdviceCode);

    /// <param name="advice">Stripe's <c>advice_code</c>, which outweighs the table: <c>do_not_try_again</c> is hard, any other is not.</param>
    public static Decline Of(string? vendorCode, string? advice)
    {
        var row = vendorCode is null ? null : ByVendor.GetValueOrDefault(vendorCode);
        return Declines.Of(row?.Code ?? Declines.CardDeclined, vendorCode) with
        {
            Hard = advice switch
            {
                "do_not_try_again" => true,
                "try_again_later" or "confirm_card_data" => false,
                _ => row?.Hard ?? false,
            },
        };
    }
}
