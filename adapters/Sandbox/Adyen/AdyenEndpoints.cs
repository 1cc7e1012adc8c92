using System.Text.Json;

namespace Commerce.Sandbox.Adyen;

/// <summary>Adyen's routes, under <c>/sandbox/adyen</c>: the Checkout API as it is, the reports, the bank's page, and what only a sandbox has.</summary>
internal static class AdyenEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapAdyen()
        {
            var door = routes.ServiceProvider.GetRequiredService<AdyenDoor>();
            foreach (var operation in AdyenOperation.All)
            {
                RequestDelegate handle = http => door.Handle(http, operation);
                routes.MapMethods("/adyen/v71/" + operation.Path, [operation.Method], handle).ExcludeFromDescription();
            }

            routes.MapGet("/adyen/reports/download/MerchantAccount/{account}/{file}", AdyenReport.Download).ExcludeFromDescription();
            routes.MapGet("/adyen/3ds/{id}", AdyenPage.Show).ExcludeFromDescription();
            routes.MapPost("/adyen/3ds/{id}", AdyenPage.Decide).DisableAntiforgery().ExcludeFromDescription();
            routes.MapPost("/adyen/disputes", (JsonElement body, AdyenAccount account, SandboxJournal journal) => Demand("", body, account, journal, AdyenModifications.Dispute)).ExcludeFromDescription();
            routes.MapPost("/adyen/failures", (JsonElement body, AdyenAccount account, SandboxJournal journal) => Demand("", body, account, journal, AdyenModifications.FailNext)).ExcludeFromDescription();
            routes.MapPost("/adyen/settlements/{kind}", (string kind, JsonElement body, AdyenAccount account, SandboxJournal journal) => Demand(kind, body, account, journal, AdyenReport.Miswrite)).ExcludeFromDescription();
            routes.MapDelete("/adyen/settlements", (AdyenAccount account, SandboxJournal journal) => Demand("clear", default, account, journal, AdyenReport.Miswrite)).ExcludeFromDescription();
            routes.MapPost("/adyen/payments/{id}/expire", (string id, AdyenAccount account, SandboxJournal journal) => Demand(id, default, account, journal, AdyenModifications.Expire)).ExcludeFromDescription();
        }
    }

    private static async Task<IResult> Demand(string id, JsonElement body, AdyenAccount account, SandboxJournal journal, Func<AdyenAccount, AdyenCall, AdyenDecision> decide)
    {
        var answer = account.Commit(new AdyenCall(id, body, Key: null, account.Now, BaseUrl: ""), decide);
        await journal.Durable();
        return Results.Text(answer.Body, "application/json", statusCode: answer.Status);
    }
}
