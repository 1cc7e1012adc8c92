using Microsoft.Extensions.Options;
using Orleans.Dashboard;

namespace Commerce.Ops;

/// <summary>The Orleans Dashboard at <c>/ops/grains</c>, for operators only: it shows keys, states and logs.</summary>
internal static class GrainsPage
{
    extension(WebApplication app)
    {
        /// <summary>Does nothing where the dashboard's services were not added.</summary>
        public void MapGrainsPage()
        {
            app.MapGet("/ops", static () => TypedResults.Redirect("/ops/grains")).ExcludeFromDescription();
            if (app.Services.GetServices<IConfigureOptions<DashboardOptions>>().Any())
            {
                app.MapOrleansDashboard("/ops/grains").RequireAuthorization(OperatorSignIn.Policy).ExcludeFromDescription();
            }
        }
    }
}
