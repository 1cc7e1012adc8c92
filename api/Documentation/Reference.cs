using Scalar.AspNetCore;

namespace Commerce.Documentation;

/// <summary>The reference: the OpenAPI document for programs, and the page for people.</summary>
internal static class Reference
{
    extension(IServiceCollection services)
    {
        public IServiceCollection AddReference() => services.AddOpenApi("v1", static options =>
        {
            options.CreateSchemaReferenceId = ReferenceDocument.NameOf;
            options.AddSchemaTransformer(ReferenceDocument.Complete);
            options.AddOperationTransformer(ReferenceOperations.Complete);
            options.AddDocumentTransformer(ReferenceDocument.Complete);
        });
    }

    /// <summary>Everything the page needs comes from here: no CDN, no fonts, no telemetry, no assistant.</summary>
    public static void Configure(ScalarOptions page) => page
        .WithTitle("CommerceGrains API")
        .WithOpenApiRoutePattern("/openapi/v1.json")
        .DisableDefaultFonts()
        .DisableTelemetry()
        .DisableAgent()
        .DisableMcp()
        .HideDeveloperTools();
}
