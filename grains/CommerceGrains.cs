using Commerce.Carts;
using Commerce.Catalog;
using Commerce.Checkouts;
using Commerce.Drops;
using Commerce.Events;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Orders;
using Commerce.Payments;
using Commerce.Pricing;
using Commerce.Reconciliations;
using Commerce.Tax;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.FeatureManagement;
using Orleans.Configuration;
using Orleans.Streams;

namespace Commerce;

/// <summary>What a silo needs to host the aggregates; the storage (<c>IJournal</c>, the grain storage) and the providers are the host's to choose.</summary>
public static class CommerceGrains
{
    extension(ISiloBuilder silo)
    {
        /// <summary>Adds the aggregates, the timekeeper, the lifecycle streams and their projections.</summary>
        public ISiloBuilder AddCommerceGrains()
        {
            var services = silo.Services;
            services.AddOptionsWithValidateOnStart<TimekeeperOptions, TimekeeperOptionsValidator>().BindConfiguration(TimekeeperOptions.Section);
            services.AddOptionsWithValidateOnStart<LifecycleStreamOptions, LifecycleStreamOptionsValidator>().BindConfiguration(LifecycleStreamOptions.Section);
            services.AddOptionsWithValidateOnStart<CheckoutOptions, CheckoutOptionsValidator>().BindConfiguration(CheckoutOptions.Section);
            services.AddOptionsWithValidateOnStart<CatalogSyncOptions, CatalogSyncOptionsValidator>().BindConfiguration(CatalogSyncOptions.Section);
            services.AddOptionsWithValidateOnStart<ReconciliationOptions, ReconciliationOptionsValidator>().BindConfiguration(ReconciliationOptions.Section);
            services.AddOptionsWithValidateOnStart<ReadModelOptions, ReadModelOptionsValidator>().BindConfiguration(ReadModelOptions.Section);

            // Most carts and all checkouts are done with within a minute or two; what comes back is read from the journal in less than a millisecond.
            services.Configure<GrainCollectionOptions>(static collection =>
            {
                collection.CollectionQuantum = TimeSpan.FromSeconds(20);
                collection.CollectionAge = TimeSpan.FromMinutes(2);
            });
            services.AddSingleton<SiloAge>();
            services.AddOptions<PaymentsOptions>().BindConfiguration(PaymentsOptions.Section);
            services.AddSingleton<ShadowMeters>();
            services.AddSingleton<PaymentProviders>();
            services.AddSingleton<PaymentDesk>();
            services.AddFeatureManagement();
            services.AddSingleton<WebhookMeters>();
            services.AddSingleton<CheckoutMeters>();
            services.AddSingleton<DropBoard>();
            services.AddSingleton<ProductCopy>();
            services.AddSingleton<PriceCopy>();
            services.AddSingleton(static provider => new CatalogIndex(
                provider.GetRequiredService<ICatalogProvider>() is { IsCopied: false } near ? near : provider.GetRequiredService<ProductCopy>()));
            services.AddSingleton<PriceMeters>();
            services.AddSingleton(static provider => new PriceBooks(
                provider.GetRequiredService<IPricingProvider>() is { IsCopied: false } near ? near : provider.GetRequiredService<PriceCopy>(), version => provider.GetRequiredService<IGrainFactory>().PriceBook().After(version)));
            services.AddSingleton<TaxMeters>();
            services.AddSingleton<TaxDesk>();
            services.AddSingleton<IPricingFacts, PricingFacts>();
            services.AddSingleton<Pricer>();
            services.AddSingleton<CartPricing>();
            services.AddSingleton<SourcingDesk>();
            services.AddSingleton<StockCache>();
            services.AddSingleton<Availability>();
            services.AddSingleton<Export>();
            services.AddSingleton<ReadModel, OrdersModel>();
            services.AddSingleton<ReadModel, CheckoutsInFlightModel>();
            services.AddSingleton<ReadModel, StockLevelsModel>();
            services.AddSingleton<ReadModel, QuotesModel>();
            services.AddSingleton<ReadModel, PaymentsModel>();
            services.AddSingleton<ReadModelMeters>();
            services.AddSingleton<ReadModelCursors>();
            services.AddSingleton<ReadModelLag>();
            services.AddSingleton<ReadModelPages>();
            services.AddHostedService<OpeningStock>();
            services.AddHostedService<CatalogWatch>();
            services.AddHostedService<Timekeeper>();
            services.AddHostedService<PriceWatch>();
            services.AddHostedService<DropWatch>();
            services.AddHostedService<ReadModelWatch>();
            services.AddHostedService<ReconciliationWatch>();
            silo.AddPersistentStreams(Lifecycle.Provider, LifecycleStreams.Create, streams =>
            {
                streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
                streams.ConfigurePullingAgent(static agent => agent.Configure<IOptions<LifecycleStreamOptions>>(static (pulling, options) => pulling.GetQueueMsgsTimerPeriod = options.Value.Period));
            });
            return silo;
        }
    }
}
