using System.Text.Json.Nodes;

namespace Commerce.Sandbox.Commercetools;

/// <summary>commercetools' routes under <c>/sandbox/commercetools</c>, and those by which a test is its merchant: under <c>/sandbox/commercetools/-</c>.</summary>
internal static class VendorEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapCommercetools()
        {
            var door = routes.ServiceProvider.GetRequiredService<VendorDoor>();
            routes.MapPost("/commercetools/oauth/token", (RequestDelegate)door.Token).ExcludeFromDescription();
            routes.MapGet("/commercetools/{project}/{kind}", (HttpContext http, string project, string kind) => door.List(http, project, kind)).ExcludeFromDescription();

            var merchant = routes.MapGroup("/commercetools/-").ExcludeFromDescription();
            merchant.MapPost("/generate", (int count, int? from, VendorProject project) => Generate(project, from ?? 1, count));
            merchant.MapPut("/prices/{sku}", (string sku, NewPrice price, VendorProject project) => Reprice(project, sku, price) ? Results.NoContent() : Results.NotFound());
            merchant.MapPost("/products/{key}/unpublish", (string key, VendorProject project) => Done(project.Remove(VendorProject.Products, key, "ProductUnpublished")));
            merchant.MapPost("/products/{key}/touch", (string key, VendorProject project) => Done(project.Change(VendorProject.Products, key, static _ => { })));
            merchant.MapDelete("/products/{key}", (string key, VendorProject project) => Done(project.Remove(VendorProject.Products, key, "ProductDeleted")));
            merchant.MapDelete("/products/{key}/silently", (string key, VendorProject project) => Done(project.Remove(VendorProject.Products, key, null)));
            merchant.MapGet("/products/{key}", (string key, VendorProject project) => project.Find(VendorProject.Products, key) is { } product ? Results.Json(product) : Results.NotFound());
            merchant.MapPut("/{kind}", (string kind, JsonObject content, VendorProject project) => project.Has(kind) ? Results.Ok(new { id = project.Put(kind, content) }) : Results.NotFound());
            merchant.MapDelete("/{kind}/{key}", (string kind, string key, VendorProject project) => project.Has(kind) ? Done(project.Remove(kind, key, null)) : Results.NotFound());
            merchant.MapDelete("/tokens", () => { door.Revoke(); return Results.NoContent(); });
            merchant.MapGet("/tokens", () => Results.Ok(new { granted = door.Granted }));
        }
    }

    private static IResult Done(bool done) => done ? Results.NoContent() : Results.NotFound();

    private static IResult Generate(VendorProject project, int from, int count)
    {
        if (count is < 1 or > 100_000)
        {
            return Results.Problem("count is from 1 to 100000", statusCode: StatusCodes.Status400BadRequest);
        }

        ShopSeed.Generate(project, from, count);
        return Results.Ok(new { count });
    }

    /// <summary>Sets what a SKU costs in a currency, in whichever channel it has a price; of an amount that is missing, the price goes.</summary>
    private static bool Reprice(VendorProject project, string sku, NewPrice price)
    {
        var (products, _) = project.Query(VendorProject.Products, product => Variants(product).Any(variant => variant["sku"]?.ToString() == sku), [], 1, 0);

        return products is [var found] && project.Change(VendorProject.Products, found["id"]!.ToString(), product =>
        {
            foreach (var prices in Variants(product).Where(variant => variant["sku"]?.ToString() == sku).Select(variant => variant["prices"]!.AsArray()))
            {
                foreach (var listed in prices.OfType<JsonObject>().Where(listed => listed["value"]!["currencyCode"]!.ToString() == price.Currency && listed["customerGroup"] is null).ToArray())
                {
                    if (price.Amount is { } amount)
                    {
                        listed["value"]!["centAmount"] = amount;
                    }
                    else
                    {
                        prices.Remove(listed);
                    }
                }
            }
        });
    }

    private static IEnumerable<JsonObject> Variants(JsonObject product) => product["variants"]!.AsArray().Prepend(product["masterVariant"]).OfType<JsonObject>();

    private sealed record NewPrice(string Currency, long? Amount);
}
