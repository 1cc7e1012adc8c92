using Commerce.Sandbox.Avalara;
using Commerce.Sandbox.Commercetools;
using Commerce.Sandbox.Stripe;

namespace Commerce.Sandbox;

/// <summary>Where the vendor sandbox is reached.</summary>
public static class SandboxEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        /// <summary>Mounts the sandbox under <c>/sandbox</c>. Opens its journal and replays it.</summary>
        public IEndpointRouteBuilder MapVendorSandbox()
        {
            var sandbox = routes.MapGroup("/sandbox");

            sandbox.MapGet("/", HomePage.Show).ExcludeFromDescription();
            sandbox.MapGet("/3ds/{id}", AuthenticationPage.Show).ExcludeFromDescription();
            sandbox.MapPost("/3ds/{id}", AuthenticationPage.Decide).DisableAntiforgery().ExcludeFromDescription();
            sandbox.MapStripe();
            sandbox.MapStripeControls();
            sandbox.MapAvalara();
            sandbox.MapCommercetools();
            sandbox.MapFaults();
            sandbox.MapExport();

            return routes;
        }
    }
}
