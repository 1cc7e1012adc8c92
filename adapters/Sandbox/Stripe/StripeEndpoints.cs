namespace Commerce.Sandbox.Stripe;

/// <summary>Stripe's routes, under <c>/sandbox/stripe/v1</c>.</summary>
internal static class StripeEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapStripe()
        {
            var door = routes.ServiceProvider.GetRequiredService<StripeDoor>();
            foreach (var operation in StripeOperation.All)
            {
                RequestDelegate handle = http => door.Handle(http, operation);
                var path = "/stripe/v1/" + operation.Path;
                (operation.Effect ? routes.MapPost(path, handle) : routes.MapGet(path, handle)).ExcludeFromDescription();
            }
        }
    }
}
