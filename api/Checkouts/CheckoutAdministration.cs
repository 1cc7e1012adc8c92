using Commerce.Documentation;

namespace Commerce.Checkouts;

/// <summary>Checkouts as operators see them.</summary>
internal static class CheckoutAdministration
{
    extension(IEndpointRouteBuilder admin)
    {
        public void MapCheckoutAdministration() => admin.MapGet("/checkouts", InFlight)
            .WithTags("Checkouts").WithName("listCheckoutsInFlight").WithSummary("Checkouts that have not come to an end, the longest under way first")
            .Produces<ListJson<CheckoutInFlight>>().Takes("limit", "cursor", "status");
    }

    private static async Task<IResult> InFlight(Call call, IGrainFactory grains)
    {
        var status = Paging.Choice(
            call.Http, "status", CheckoutStatus.Open, CheckoutStatus.Reserving, CheckoutStatus.Screening, CheckoutStatus.Authorizing, CheckoutStatus.RequiresAction,
            CheckoutStatus.Placing, CheckoutStatus.Compensating);
        return ListJson<CheckoutInFlight>.Answer(call.Http, await grains.Checkouts().InFlight(Paging.Page(call.Http), status), WireJson.Default.ListJsonCheckoutInFlight);
    }
}
