using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Commerce.Ops;

/// <summary>Metrics for Prometheus always; metrics, traces and logs by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
public static class Telemetry
{
    /// <summary>Name of the activity source and the meter of everything of ours.</summary>
    public const string Name = "CommerceGrains";

    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    extension(IHostApplicationBuilder builder)
    {
        public IHostApplicationBuilder AddCommerceTelemetry()
        {
            var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(static resource => resource.AddService("commerce").AddEnvironmentVariableDetector()).WithMetrics(static metrics => metrics
                .AddMeter(Name, "Microsoft.Orleans*", "Npgsql", "Polly")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());

            if (builder.Configuration[OtlpEndpoint] is { Length: > 0 })
            {
                telemetry
                    .WithTracing(static traces => traces
                        .AddSource(Name, "Microsoft.Orleans*", "Npgsql")
                        .AddAspNetCoreInstrumentation(static options => options.Filter = static http => !http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
                        .AddHttpClientInstrumentation())
                    .WithLogging()
                    .UseOtlpExporter();
            }

            return builder;
        }
    }
}
