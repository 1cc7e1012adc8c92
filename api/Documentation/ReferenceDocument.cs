using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Commerce.Documentation;

/// <summary>What all operations of the reference share: what this is, who may, the headers, and every problem by its status.</summary>
internal static class ReferenceDocument
{
    public static async Task Complete(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "CommerceGrains",
            Version = "1",
            Description = """
                Carts, checkouts, orders, payments and stock that stay correct under a flash sale, a vendor outage, a crash or a retry.

                Money is `{"amount": 1299, "currency": "EUR"}` in minor units. Times are RFC 3339, UTC. Lists are `{"items": […], "next": cursor or null}`.
                What is refused is a problem document (RFC 9457); clients switch on its `code`, and `/problems/{code}` explains it.
                Within `/v1` fields and values are added, never taken away: ignore what you do not know.
                """,
        };
        document.Servers = [new OpenApiServer { Url = "/", Description = "This service" }];

        var components = document.Components ??= new OpenApiComponents();
        components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            ["guest"] = Bearer("The secret that the answer to the first cart or express checkout showed: `cgt_…`."),
            ["customer"] = Bearer("A customer's JWT; `sub` is the customer. With the scope `commerce.admin` an operator's.", "JWT"),
            ["adminKey"] = Bearer("The admin key (`Commerce__AdminKey`)."),
        };
        components.Headers = ReferenceParameters.ResponseHeaders.ToDictionary(
            static header => header.Key,
            static IOpenApiHeader (header) => new OpenApiHeader { Description = header.Value, Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
            StringComparer.Ordinal);

        document.AddComponent("Problem", await context.GetOrCreateSchemaAsync(typeof(Problem), null, cancellationToken));
        components.Responses = ProblemTypes.All.GroupBy(static type => type.Status).ToDictionary(
            static types => "Problem" + types.Key,
            IOpenApiResponse (types) => ResponseOf([.. types], document),
            StringComparer.Ordinal);
    }

    /// <summary>Types are called as the domain calls them: Cart, not CartJson.</summary>
    public static string? NameOf(System.Text.Json.Serialization.Metadata.JsonTypeInfo type) => OpenApiOptions.CreateDefaultSchemaReferenceId(type) switch
    {
        null => null,
        { } name when name.StartsWith("ListJsonOf", StringComparison.Ordinal) => Bare(name["ListJsonOf".Length..]) + "List",
        { } name => Bare(name),
    };

    /// <summary>What may be null may be left out.</summary>
    public static Task Complete(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var (name, property) in schema.Properties?.AsEnumerable() ?? [])
        {
            if (name != "next" && (property.Type?.HasFlag(JsonSchemaType.Null) == true || property.OneOf?.Any(static one => one.Type == JsonSchemaType.Null) == true))
            {
                schema.Required?.Remove(name);
            }
        }

        if (context.JsonTypeInfo.Type == typeof(Carts.NewCartBody))
        {
            schema.Required?.Remove("lines");
        }

        if (context.JsonTypeInfo.Type == typeof(Money))
        {
            schema.Required = new HashSet<string>(["amount", "currency"], StringComparer.Ordinal);
        }

        return Task.CompletedTask;
    }

    private static string Bare(string name) =>
        name is "NewLineBody" ? "NewLine"
        : name.EndsWith("Json", StringComparison.Ordinal) || name.EndsWith("View", StringComparison.Ordinal) ? name[..^4]
        : name.EndsWith("Body", StringComparison.Ordinal) ? (name.StartsWith("New", StringComparison.Ordinal) ? name[..^4] : name[..^4] + "Request")
        : name;

    private static OpenApiSecurityScheme Bearer(string description, string? format = null) => new()
    {
        Type = SecuritySchemeType.Http,
        Scheme = "bearer",
        BearerFormat = format,
        Description = description,
    };

    private static OpenApiResponse ResponseOf(IReadOnlyList<ProblemType> types, OpenApiDocument document)
    {
        string[] headers = ["Correlation-Id", .. types[0].Status is 429 or 503 ? ["Retry-After"] : Array.Empty<string>(), .. types[0].Status is 401 ? ["WWW-Authenticate"] : Array.Empty<string>()];
        return new OpenApiResponse
        {
            Description = string.Join("; ", types.Select(static type => $"`{type.Code}`: {type.Title}")),
            Headers = headers.ToDictionary(static name => name, IOpenApiHeader (name) => new OpenApiHeaderReference(name, document), StringComparer.Ordinal),
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/problem+json"] = new()
                {
                    Schema = new OpenApiSchemaReference("Problem", document),
                    Examples = types.ToDictionary(
                        static type => type.Code,
                        static IOpenApiExample (type) => new OpenApiExample { Summary = type.Title, Value = ReferenceExamples.ProblemOf(type) },
                        StringComparer.Ordinal),
                },
            },
        };
    }
}
