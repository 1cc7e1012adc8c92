using System.Text.Json.Serialization;
using Commerce.Carts;
using Commerce.Catalog;
using Commerce.Checkouts;
using Commerce.Contacts;
using Commerce.Documentation;
using Commerce.Drops;
using Commerce.Events;
using Commerce.Export;
using Commerce.Inventory;
using Commerce.Ops;
using Commerce.Orders;
using Commerce.Overload;
using Commerce.Payments;
using Commerce.Pricing;
using Commerce.Reconciliations;
using Commerce.Site;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Scalar.AspNetCore;

namespace Commerce;

/// <summary>The REST front end, as a host composes it. It needs an <see cref="IGrainFactory"/>: a silo's own, or a client's.</summary>
public static class CommerceApi
{
    extension(IHostApplicationBuilder builder)
    {
        public IHostApplicationBuilder AddCommerceApi()
        {
            var services = builder.Services;
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton(static provider => AdminKey.Resolve(
                provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IHostEnvironment>(), Console.Out));

            services.AddSingleton<FrontDoor>();
            services.AddSingleton<ProcessStrain>();
            services.AddSingleton<OverloadMeters>();
            services.AddOptionsWithValidateOnStart<AdmissionOptions, AdmissionOptionsValidator>().BindConfiguration(AdmissionOptions.Section);
            services.AddSingleton<IValidateOptions<AdmissionOptions>, AdmissionOrderValidator>();
            services.AddSingleton<Callers>();
            services.AddSingleton<RateLimits>();
            services.AddOptionsWithValidateOnStart<RateLimitOptions, RateLimitOptionsValidator>().BindConfiguration(RateLimitOptions.Section);
            services.AddSingleton<Repetition>();
            services.AddOptionsWithValidateOnStart<RepetitionOptions, RepetitionOptionsValidator>().BindConfiguration(RepetitionOptions.Section);
            services.AddSingleton<PassTokens>();
            services.AddSingleton<Fronts>();
            services.AddSingleton<JournalReader>();
            services.AddSingleton(static provider => new EventFeed(
                () => provider.GetRequiredService<JournalReader>().Grain,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<EventFeed>>(),
                provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));

            services.AddAuthentication().AddCustomerTokens(builder.Configuration).AddOperatorSignIn();
            services.AddDataProtection().SetApplicationName("commerce");
            services.AddSingleton<IConfigureOptions<KeyManagementOptions>, SignInKeys>();

            services.Configure<KestrelServerOptions>(static kestrel =>
            {
                kestrel.AddServerHeader = false;
                RequestLimits.Configure(kestrel.Limits);
            });
            services.AddOptions<KestrelServerOptions>().Configure<IOptions<AdmissionOptions>>(static (kestrel, admission) => kestrel.Limits.MaxConcurrentConnections = admission.Value.MaxConnections);
            services.Configure<SocketTransportOptions>(static sockets => sockets.Backlog = 4_096); // a burst of connections waits for its turn instead of trying again after a second
            services.ConfigureHttpJsonOptions(static json =>
            {
                json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default);
                json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict; // "2" is no number, and the reference says so
            });
            services.AddReference();
            if (builder.Configuration["Logging:LogLevel:Microsoft.AspNetCore"] is null)
            {
                builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning); // or every request would be logged
            }

            builder.AddCommerceTelemetry();
            return builder;
        }
    }

    extension(WebApplication app)
    {
        public WebApplication MapCommerceApi()
        {
            app.Services.GetRequiredService<AdminKey>(); // refuses to start rather than to run without one

            // Outermost first.
            app.Use(app.Services.GetRequiredService<FrontDoor>().Invoke);
            app.UseMiddleware<Correlation>();
            app.UseMiddleware<ProblemBoundary>();
            app.UseMiddleware<RequestLimits>();
            app.Use(app.Services.GetRequiredService<Callers>().Identify);
            app.Use(app.Services.GetRequiredService<RateLimits>().Invoke);
            app.Use(Callers.Admit);
            app.UseAuthentication();
            app.UseAuthorization();

            var v1 = app.MapGroup("/v1").AddEndpointFilter(app.Services.GetRequiredService<Repetition>());
            v1.MapProducts();
            v1.MapCarts();
            v1.MapCheckouts();
            v1.MapOrders();
            v1.MapDrops();
            v1.MapEvents();
            v1.MapWebhooks();
            v1.MapStoredMethods();

            var admin = v1.MapGroup("/admin").ForOperators();
            admin.MapOrderAdministration();
            admin.MapCheckoutAdministration();
            admin.MapStockAdministration();
            admin.MapDropAdministration();
            admin.MapPromotionAdministration();
            admin.MapPriceAdministration();
            admin.MapQuoteAdministration();
            admin.MapContactAdministration();
            admin.MapPaymentAdministration();
            admin.MapReadModelAdministration();
            admin.MapCatalogAdministration();
            admin.MapReconciliationAdministration();
            admin.MapExport();

            app.MapIndexPage();
            app.MapProblemPages();
            app.MapContracts();
            app.MapOpenApi("/openapi/{documentName}.json").WithUrgency(Urgency.Browsing);
            app.MapScalarApiReference("/docs", Reference.Configure).WithUrgency(Urgency.Browsing);
            app.MapProbes();
            app.MapOperatorSignIn();
            app.MapGrainsPage();
            return app;
        }
    }
}
