using System.Text.Json.Serialization;
using Commerce.Carts;
using Commerce.Catalog;
using Commerce.Checkouts;
using Commerce.Contacts;
using Commerce.Drops;
using Commerce.Events;
using Commerce.Inventory;
using Commerce.Orders;
using Commerce.Payments;
using Commerce.Pricing;
using Commerce.Reconciliations;
using Commerce.Tax;

namespace Commerce;

/// <summary>Everything that goes over the wire as JSON, generated: nothing is looked up by reflection while requests run.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CartJson))]
[JsonSerializable(typeof(NewCartBody))]
[JsonSerializable(typeof(NewLineBody))]
[JsonSerializable(typeof(QuantityBody))]
[JsonSerializable(typeof(ShippingChoiceBody))]
[JsonSerializable(typeof(CouponBody))]
[JsonSerializable(typeof(Person))]
[JsonSerializable(typeof(OrderTaxView))]
[JsonSerializable(typeof(Address))]
[JsonSerializable(typeof(ListJson<ShippingMethodView>))]
[JsonSerializable(typeof(ListJson<PaymentOption>))]
[JsonSerializable(typeof(CheckoutJson))]
[JsonSerializable(typeof(CheckoutBody))]
[JsonSerializable(typeof(OrderJson))]
[JsonSerializable(typeof(ListJson<OrderSummary>))]
[JsonSerializable(typeof(ReconciliationView))]
[JsonSerializable(typeof(ListJson<ReconciliationSummary>))]
[JsonSerializable(typeof(ListJson<CheckoutInFlight>))]
[JsonSerializable(typeof(ListJson<StockLevel>))]
[JsonSerializable(typeof(ListJson<LocationView>))]
[JsonSerializable(typeof(ListJson<ReadModelView>))]
[JsonSerializable(typeof(ReadModelView))]
[JsonSerializable(typeof(CatalogSyncView))]
[JsonSerializable(typeof(CatalogSyncBody))]
[JsonSerializable(typeof(CaptureBody))]
[JsonSerializable(typeof(RefundBody))]
[JsonSerializable(typeof(ReasonBody))]
[JsonSerializable(typeof(ListJson<ProductView>))]
[JsonSerializable(typeof(ProductView))]
[JsonSerializable(typeof(AvailabilityJson))]
[JsonSerializable(typeof(ListJson<ChannelView>))]
[JsonSerializable(typeof(StockView))]
[JsonSerializable(typeof(StockBody))]
[JsonSerializable(typeof(WebhookReceipt))]
[JsonSerializable(typeof(ConfirmationBody))]
[JsonSerializable(typeof(PaymentJson))]
[JsonSerializable(typeof(AdjustmentBody))]
[JsonSerializable(typeof(ReplayBody))]
[JsonSerializable(typeof(PaymentAttention))]
[JsonSerializable(typeof(ListJson<PaymentSummary>))]
[JsonSerializable(typeof(ListJson<InboundWebhookSummary>))]
[JsonSerializable(typeof(InboundWebhookJson))]
[JsonSerializable(typeof(ListJson<StoredMethodView>))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(QuoteJson))]
[JsonSerializable(typeof(PromotionBody))]
[JsonSerializable(typeof(PromotionJson))]
[JsonSerializable(typeof(ListJson<PromotionJson>))]
[JsonSerializable(typeof(NewCodesBody))]
[JsonSerializable(typeof(ListJson<string>))]
[JsonSerializable(typeof(PriceListBody))]
[JsonSerializable(typeof(PriceChangesBody))]
[JsonSerializable(typeof(PriceListJson))]
[JsonSerializable(typeof(ListJson<PriceListJson>))]
[JsonSerializable(typeof(CustomerGroupBody))]
[JsonSerializable(typeof(CustomerGroupJson))]
[JsonSerializable(typeof(StoredQuoteJson))]
[JsonSerializable(typeof(QuoteVerificationJson))]
[JsonSerializable(typeof(ExplanationJson))]
[JsonSerializable(typeof(SimulationBody))]
[JsonSerializable(typeof(SimulationResult))]
[JsonSerializable(typeof(EntryBody))]
[JsonSerializable(typeof(EntryJson))]
[JsonSerializable(typeof(PublicDropJson))]
[JsonSerializable(typeof(DropBody))]
[JsonSerializable(typeof(AllotmentBody))]
[JsonSerializable(typeof(DropJson))]
[JsonSerializable(typeof(ListJson<DropJson>))]
internal sealed partial class WireJson : JsonSerializerContext;
