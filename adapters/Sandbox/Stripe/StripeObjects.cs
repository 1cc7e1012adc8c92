using System.Text.Json;

namespace Commerce.Sandbox.Stripe;

/// <summary>Stripe's objects as its API reference shows them. Fields that a test account of this kind never fills are left out.</summary>
internal static class StripeObjects
{
    extension(Utf8JsonWriter json)
    {
        public void Intent(PaymentIntent intent, bool expandCharge)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, intent.Id);
            json.WriteString("object"u8, "payment_intent"u8);
            json.WriteNumber("amount"u8, intent.Amount);
            json.WriteNumber("amount_capturable"u8, intent.Capturable);
            json.WriteNumber("amount_received"u8, intent.Captured);
            json.WriteOptional("canceled_at"u8, intent.CanceledAt);
            json.WriteString("cancellation_reason"u8, intent.CancellationReason);
            json.WriteString("capture_method"u8, intent.Manual ? "manual"u8 : "automatic"u8);
            json.WriteString("client_secret"u8, intent.ClientSecret);
            json.WriteString("confirmation_method"u8, "automatic"u8);
            json.WriteNumber("created"u8, intent.Created);
            json.WriteString("currency"u8, intent.Currency);
            json.WriteNull("customer"u8);
            json.WritePropertyName("last_payment_error"u8);
            if (intent.Decline is { } decline)
            {
                json.Error(Declines.Of(decline), intent.ChargeId, shownIn: null);
            }
            else
            {
                json.WriteNullValue();
            }

            if (expandCharge && intent.Attempts > 0)
            {
                json.WritePropertyName("latest_charge"u8);
                json.Charge(intent);
            }
            else
            {
                json.WriteString("latest_charge"u8, intent.ChargeId);
            }

            json.WriteBoolean("livemode"u8, false);
            json.Metadata(intent.Metadata);
            json.NextAction(intent);

            // After a refusal Stripe takes the method off again.
            json.WriteString("payment_method"u8, intent.Decline is null ? intent.Method : null);
            json.WriteStartArray("payment_method_types"u8);
            json.WriteStringValue("card"u8);
            json.WriteEndArray();
            json.WriteString("status"u8, intent.StatusName);
            json.WriteEndObject();
        }

        public void Charge(PaymentIntent intent)
        {
            var good = intent.Decline is null;
            var card = TestCard.Find(intent.Method ?? "");
            json.WriteStartObject();
            json.WriteString("id"u8, intent.ChargeId);
            json.WriteString("object"u8, "charge"u8);
            json.WriteNumber("amount"u8, intent.Amount);
            json.WriteNumber("amount_captured"u8, intent.Captured);
            json.WriteNumber("amount_refunded"u8, intent.Refunded);
            json.WriteString("balance_transaction"u8, intent.Captured > 0 ? SandboxIds.As(intent.Id, "txn_") : null);
            json.WriteBoolean("captured"u8, intent.Captured > 0);
            json.WriteNumber("created"u8, intent.Created);
            json.WriteString("currency"u8, intent.Currency);
            json.WriteString("failure_code"u8, good ? null : Declines.Of(intent.Decline!).Code);
            json.WriteString("failure_message"u8, good ? null : Declines.Of(intent.Decline!).Message);
            json.WriteBoolean("livemode"u8, false);
            json.Metadata(intent.Metadata);
            json.WriteBoolean("paid"u8, good);
            json.WriteString("payment_intent"u8, intent.Id);
            json.WriteString("payment_method"u8, intent.Method);
            json.WriteStartObject("payment_method_details"u8);
            json.WriteStartObject("card"u8);
            json.WriteNumber("amount_authorized"u8, intent.AuthorisedAt == 0 ? 0 : intent.Amount);
            json.WriteString("brand"u8, card?.Brand);
            if (intent.Capturable > 0)
            {
                json.WriteNumber("capture_before"u8, intent.CaptureBefore);
            }

            json.WriteString("country"u8, "US"u8);
            json.WriteString("funding"u8, "credit"u8);
            json.WriteString("last4"u8, card?.Last4);
            json.WriteEndObject();
            json.WriteString("type"u8, "card"u8);
            json.WriteEndObject();
            json.WriteBoolean("refunded"u8, intent.Refunded > 0 && intent.Refunded == intent.Captured);
            json.WriteString("status"u8, good ? "succeeded"u8 : "failed"u8);
            json.WriteEndObject();
        }

        public void Refund(Refund refund)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, refund.Id);
            json.WriteString("object"u8, "refund"u8);
            json.WriteNumber("amount"u8, refund.Amount);
            json.WriteString("balance_transaction"u8, SandboxIds.As(refund.Id, "txn_"));
            json.WriteString("charge"u8, refund.Charge);
            json.WriteNumber("created"u8, refund.Created);
            json.WriteString("currency"u8, refund.Currency);
            json.Metadata(refund.Metadata);
            json.WriteString("payment_intent"u8, refund.Intent);
            json.WriteString("reason"u8, refund.Reason);
            json.WriteString("status"u8, "succeeded"u8);
            json.WriteEndObject();
        }

        /// <summary>What settles a capture or a refund. The fee is 1.5 % and 25 minor units, for captures.</summary>
        public void Settlement(Booking booking, bool expandSource)
        {
            var (transaction, intent, _, at) = booking;
            var refund = transaction.Kind == "refund";
            var amount = refund ? -transaction.Amount : transaction.Amount;
            var fee = refund ? 0 : Math.Min(amount, amount * 15 / 1000 + 25);
            json.WriteStartObject();
            json.WriteString("id"u8, SandboxIds.As(transaction.Id, "txn_"));
            json.WriteString("object"u8, "balance_transaction"u8);
            json.WriteNumber("amount"u8, amount);
            json.WriteNumber("available_on"u8, at / 1000);
            json.WriteNumber("created"u8, at / 1000);
            json.WriteString("currency"u8, intent.Currency);
            json.WriteNumber("fee"u8, fee);
            json.WriteNumber("net"u8, amount - fee);
            json.WriteString("reporting_category"u8, refund ? "refund"u8 : "charge"u8);
            if (!expandSource)
            {
                json.WriteString("source"u8, refund ? transaction.Id : intent.ChargeId);
            }
            else if (refund)
            {
                json.WritePropertyName("source"u8);
                json.Refund(new Refund { Id = transaction.Id, Intent = intent.Id, Charge = intent.ChargeId!, Amount = transaction.Amount, Currency = intent.Currency, Created = at / 1000 });
            }
            else
            {
                json.WritePropertyName("source"u8);
                json.Charge(intent);
            }

            json.WriteString("status"u8, "available"u8);
            json.WriteString("type"u8, refund ? "refund"u8 : "charge"u8);
            json.WriteEndObject();
        }

        public void Event(StripeEvent happened)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, happened.Id);
            json.WriteString("object"u8, "event"u8);
            json.WriteString("api_version"u8, StripeDoor.Version);
            json.WriteNumber("created"u8, happened.Created);
            json.WriteStartObject("data"u8);
            json.WritePropertyName("object"u8);
            switch (happened.Type)
            {
                case ['r', ..] when happened.Refund is not null:
                    json.Refund(happened.Refund);
                    break;
                case ['c', ..]:
                    json.Charge(happened.Intent);
                    break;
                default:
                    json.Intent(happened.Intent, expandCharge: false);
                    break;
            }

            json.WriteEndObject();
            json.WriteBoolean("livemode"u8, false);
            json.WriteNumber("pending_webhooks"u8, 1);
            json.WriteString("type"u8, happened.Type);
            json.WriteEndObject();
        }

        public void Error(StripeError error, string? charge, PaymentIntent? shownIn)
        {
            json.WriteStartObject();
            json.WriteOptional("advice_code"u8, error.AdviceCode);
            json.WriteOptional("charge"u8, charge);
            json.WriteOptional("code"u8, error.Code);
            json.WriteOptional("decline_code"u8, error.DeclineCode);
            json.WriteString("message"u8, error.Message);
            json.WriteOptional("param"u8, error.Param);
            if (shownIn is not null)
            {
                json.WritePropertyName("payment_intent"u8);
                json.Intent(shownIn, expandCharge: false);
            }

            json.WriteString("type"u8, error.Type);
            json.WriteEndObject();
        }

        private void Metadata(string[]? metadata)
        {
            json.WriteStartObject("metadata"u8);
            for (var i = 0; i + 1 < metadata?.Length; i += 2)
            {
                json.WriteString(metadata[i], metadata[i + 1]);
            }

            json.WriteEndObject();
        }

        private void NextAction(PaymentIntent intent)
        {
            if (intent.Status is not IntentStatus.RequiresAction)
            {
                json.WriteNull("next_action"u8);
                return;
            }

            json.WriteStartObject("next_action"u8);
            json.WriteStartObject("redirect_to_url"u8);
            json.WriteString("return_url"u8, intent.ReturnUrl);
            json.WriteString("url"u8, intent.ActionUrl);
            json.WriteEndObject();
            json.WriteString("type"u8, "redirect_to_url"u8);
            json.WriteEndObject();
        }

        private void WriteOptional(ReadOnlySpan<byte> name, string? value)
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }

        private void WriteOptional(ReadOnlySpan<byte> name, long value)
        {
            if (value == 0)
            {
                json.WriteNull(name);
            }
            else
            {
                json.WriteNumber(name, value);
            }
        }
    }
}
