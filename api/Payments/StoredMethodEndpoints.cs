using Commerce.Documentation;
using Commerce.Overload;

namespace Commerce.Payments;

/// <summary>The methods that a signed-in customer keeps at the payment providers.</summary>
internal static class StoredMethodEndpoints
{
    private const int MaxProvider = 32, MaxMethod = 255;

    extension(IEndpointRouteBuilder routes)
    {
        public void MapStoredMethods()
        {
            var methods = routes.MapGroup("/payment-methods").WithTags("Payments").ForOwners();
            methods.MapGet("/", List).WithUrgency(Urgency.Cart).WithName("listPaymentMethods").WithSummary("The methods that the customer keeps for the next purchase").Produces<ListJson<StoredMethodView>>().Takes("provider");
            methods.MapDelete("/{provider}/{method}", Forget).WithName("forgetPaymentMethod").WithSummary("Makes the provider forget one").Produces(StatusCodes.Status204NoContent);
        }
    }

    private static async Task<IResult> List(Call call, IGrainFactory grains)
    {
        var kept = await grains.StoredMethods().List(Customer(call), Paging.Word(call.Http, "provider", MaxProvider));
        return new Answer<ListJson<StoredMethodView>>(new ListJson<StoredMethodView>(kept, null), WireJson.Default.ListJsonStoredMethodView);
    }

    private static async Task<IResult> Forget(string provider, string method, Call call, IGrainFactory grains) =>
        provider.Length <= MaxProvider && method.Length <= MaxMethod && !Fields.HasControl(provider) && !Fields.HasControl(method)
        && await grains.StoredMethods().Forget(Customer(call), provider, method)
            ? Results.NoContent()
            : throw Refusal.NotFound;

    /// <summary>A guest keeps nothing, and an operator has nothing of its own.</summary>
    private static string Customer(Call call) => call.Caller is { Kind: CallerKind.Customer, Owner: { } owner } ? owner : throw Refusal.Forbidden;
}
