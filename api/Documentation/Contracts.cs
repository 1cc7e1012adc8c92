namespace Commerce.Documentation;

/// <summary>The published contracts, served as they are committed.</summary>
internal static class Contracts
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapContracts() => routes.MapGet("/contracts/events/{name}.json", static (string name) =>
                typeof(Contracts).Assembly.GetManifestResourceStream($"contracts/events/{name}.json") is { } schema
                    ? Results.Stream(schema, "application/schema+json")
                    : throw new CommerceException(CommonErrors.NotFound(name)))
            .ExcludeFromDescription();
    }
}
