namespace Commerce.Sandbox.Avalara;

/// <summary>AvaTax's routes, under <c>/sandbox/avalara/api/v2</c>.</summary>
internal static class AvalaraEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapAvalara()
        {
            routes.ServiceProvider.GetRequiredService<AvalaraCompany>().Replay();
            var door = routes.ServiceProvider.GetRequiredService<AvalaraDoor>();
            var api = routes.MapGroup("/avalara/api/v2").ExcludeFromDescription();
            var transactions = api.MapGroup("/companies/{company}/transactions");

            api.MapGet("/utilities/ping", (RequestDelegate)AvalaraDoor.Ping);
            api.MapPost("/transactions/create", (RequestDelegate)door.Create);
            transactions.MapGet("/", (RequestDelegate)door.List);
            transactions.MapGet("/{code}", (RequestDelegate)door.Get);
            transactions.MapPost("/{code}/void", (RequestDelegate)door.Void);
            transactions.MapPost("/{code}/refund", (RequestDelegate)door.Refund);
        }
    }
}
