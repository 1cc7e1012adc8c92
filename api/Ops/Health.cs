using Microsoft.AspNetCore.Mvc;

namespace Commerce.Ops;

/// <summary>Whether the process lives, and whether it takes requests. Neither asks a grain or a database: a slow database must not get a process killed.</summary>
public static class Health
{
    extension(WebApplication app)
    {
        /// <summary>What a process that serves nobody but its operators answers: probes and metrics.</summary>
        public void MapProbes()
        {
            app.MapHealth();
            app.MapPrometheusScrapingEndpoint("/metrics");
        }
    }

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapHealth()
        {
            var health = routes.MapGroup("/health").ExcludeFromDescription();
            health.MapGet("/live", static () => TypedResults.Text("live"));
            health.MapGet("/ready", static (IHostApplicationLifetime life, [FromServices] ClusterReach? cluster) =>
                life.ApplicationStarted.IsCancellationRequested && !life.ApplicationStopping.IsCancellationRequested && cluster is null or { IsReachable: true }
                    ? TypedResults.Text("ready")
                    : TypedResults.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable));
        }
    }
}
