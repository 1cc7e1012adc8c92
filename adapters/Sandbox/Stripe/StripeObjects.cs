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
            json.WriteString("customer"u8, intent.Customer);
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
            json.WriteString("payment_method"u8, intent.Decline is null ? intent.KeptMethod ?? intent.Method : null);
            json.WriteStartArray("payment_method_types"u8);
            json.WriteStringValue("card"u8);
            json.WriteEndArray();
            json.WriteString("setup_future_usage"u8, intent.SetupFutureUsage);
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
            json.WriteString("customer"u8, intent.Customer);
            json.WriteBoolean("disputed"u8, intent.Disputed > 0);
            json.WriteString("failure_code"u8, good ? null : Declines.Of(intent.Decline!).Code);
            json.WriteString("failure_message"u8, good ? null : Declines.Of(intent.Decline!).Message);
            json.WriteBoolean("livemode"u8, false);
            json.Metadata(intent.Metadata);
            json.WriteBoolean("paid"u8, good);
            json.WriteString("payment_intent"u8, intent.Id);
            json.WriteString("payment_method"u8, intent.KeptMethod ?? intent.Method);
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
            json.Available("incremental_authorization"u8, intent.Incremental);
            json.WriteString("last4"u8, card?.Last4);
            json.Available("multicapture"u8, intent.MultiCapture);
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
            if (refund.FailureReason is not null)
            {
                json.WriteString("failure_balance_transaction"u8, SandboxIds.As(refund.Id, "txn_") + "_failed");
                json.WriteString("failure_reason"u8, refund.FailureReason);
            }

            json.Metadata(refund.Metadata);
            json.WriteString("payment_intent"u8, refund.Intent);
            json.WriteString("reason"u8, refund.Reason);
            json.WriteString("status"u8, refund.Status);
            json.WriteEndObject();
        }

        public void Dispute(Dispute dispute)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, dispute.Id);
            json.WriteString("object"u8, "dispute"u8);
            json.WriteNumber("amount"u8, dispute.Amount);
            json.WriteString("charge"u8, dispute.Charge);
            json.WriteNumber("created"u8, dispute.Created);
            json.WriteString("currency"u8, dispute.Currency);
            json.WriteStartObject("evidence_details"u8);
            json.WriteNumber("due_by"u8, dispute.DueBy);
            json.WriteBoolean("has_evidence"u8, dispute.Status is not (Stripe.Dispute.NeedsResponse or Stripe.Dispute.Inquiry));
            json.WriteBoolean("past_due"u8, false);
            json.WriteNumber("submission_count"u8, dispute.Status is Stripe.Dispute.NeedsResponse or Stripe.Dispute.Inquiry ? 0 : 1);
            json.WriteEndObject();
            json.WriteBoolean("is_charge_refundable"u8, dispute.IsInquiry);
            json.WriteBoolean("livemode"u8, false);
            json.Metadata(null);
            json.WriteString("payment_intent"u8, dispute.Intent);
            json.WriteString("reason"u8, dispute.Reason);
            json.WriteString("status"u8, dispute.Status);
            json.WriteEndObject();
        }

        public void Customer(Customer customer)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, customer.Id);
            json.WriteString("object"u8, "customer"u8);
            json.WriteNumber("created"u8, customer.Created);
            json.WriteBoolean("livemode"u8, false);
            json.Metadata(customer.Metadata);
            json.WriteEndObject();
        }

        public void Method(KeptMethod method)
        {
            var card = TestCard.Find(method.Card);
            json.WriteStartObject();
            json.WriteString("id"u8, method.Id);
            json.WriteString("object"u8, "payment_method"u8);
            json.WriteStartObject("card"u8);
            json.WriteString("brand"u8, card?.Brand);
            json.WriteNumber("exp_month"u8, 12);
            json.WriteNumber("exp_year"u8, 2034);
            json.WriteString("funding"u8, "credit"u8);
            json.WriteString("last4"u8, card?.Last4);
            json.WriteEndObject();
            json.WriteNumber("created"u8, method.Created);
            json.WriteString("customer"u8, method.Customer);
            json.WriteBoolean("livemode"u8, false);
            json.WriteString("type"u8, "card"u8);
            json.WriteEndObject();
        }

        /// <param name="expanded">Whose objects are shown whole as the source; null: only its id.</param>
        public void Settlement(SettlementLine line, StripeAccount? expanded)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, line.Id);
            json.WriteString("object"u8, "balance_transaction"u8);
            json.WriteNumber("amount"u8, line.Amount);
            json.WriteNumber("available_on"u8, line.Created);
            json.WriteNumber("created"u8, line.Created);
            json.WriteString("currency"u8, line.Currency);
            json.WriteNumber("fee"u8, line.Fee);
            json.WriteNumber("net"u8, line.Amount - line.Fee);
            json.WriteString("reporting_category"u8, line.Category);
            json.WritePropertyName("source"u8);
            if (expanded is null)
            {
                json.WriteStringValue(line.Source);
            }
            else if (expanded.Refund(line.Source) is { } refund)
            {
                json.Refund(refund);
            }
            else if (expanded.Dispute(line.Source) is { } dispute)
            {
                json.Dispute(dispute);
            }
            else if (expanded.Intent(line.Intent?.Id ?? "") is { } intent)
            {
                json.Charge(intent);
            }
            else
            {
                json.Stray(line);
            }

            json.WriteString("status"u8, "available"u8);
            json.WriteString("type"u8, line.Type);
            json.WriteEndObject();
        }

        /// <summary>A charge or refund that no payment of the shop stands behind.</summary>
        private void Stray(SettlementLine line)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, line.Source);
            json.WriteString("object"u8, line.Amount < 0 ? "refund"u8 : "charge"u8);
            json.WriteNumber("amount"u8, Math.Abs(line.Amount));
            json.WriteNumber("amount_captured"u8, Math.Abs(line.Amount));
            json.WriteNumber("created"u8, line.Created);
            json.WriteString("currency"u8, line.Currency);
            json.Metadata(null);
            json.WriteString("status"u8, "succeeded"u8);
            json.WriteEndObject();
        }

        private void Available(ReadOnlySpan<byte> name, bool available)
        {
            json.WriteStartObject(name);
            json.WriteString("status"u8, available ? "available"u8 : "unavailable"u8);
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
                case ['r', ..] or "charge.refund.updated" when happened.Refund is not null:
                    json.Refund(happened.Refund);
                    break;
                case ['c', ..] when happened.Dispute is not null:
                    json.Dispute(happened.Dispute);
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
            if (intent.InPage)
            {
                json.WriteString("type"u8, "use_stripe_sdk"u8);
                json.WriteStartObject("use_stripe_sdk"u8);
                json.WriteString("type"u8, "stripe_3ds2_fingerprint"u8);
                json.WriteEndObject();
                json.WriteEndObject();
                return;
            }

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
