using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Commerce.Documentation;

/// <summary>Completes each operation of the reference: parameters, headers, examples, who may, and every problem that it answers with.</summary>
internal static class ReferenceOperations
{
    private static readonly HashSet<string> MovesMoney = ["startCheckout", "captureOrder", "refundOrder"];

    public static Task Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var method = context.Description.HttpMethod ?? "GET";
        var path = "/" + context.Description.RelativePath?.TrimEnd('/');
        var id = operation.OperationId ?? "";
        var isChange = method is not "GET" && !path.StartsWith("/v1/webhooks", StringComparison.Ordinal);
        var isAggregate = path.Contains('{', StringComparison.Ordinal) && !path.Contains("/products", StringComparison.Ordinal) && !path.Contains("/export", StringComparison.Ordinal);
        var isStream = path.EndsWith("/events", StringComparison.Ordinal);

        operation.Parameters ??= [];
        foreach (var name in metadata.OfType<Takes>().SelectMany(static takes => takes.Names))
        {
            operation.Parameters.Add(ReferenceParameters.Query(name));
        }

        if (isChange && method == "POST")
        {
            operation.Parameters.Add(ReferenceParameters.Header("Idempotency-Key", MovesMoney.Contains(id)));
        }

        if (isChange && isAggregate)
        {
            operation.Parameters.Add(ReferenceParameters.Header("If-Match"));
        }

        if (operation.Responses?.ContainsKey("304") == true)
        {
            operation.Parameters.Add(ReferenceParameters.Header("If-None-Match"));
        }

        if (isStream)
        {
            operation.Parameters.Add(ReferenceParameters.Header("Last-Event-ID"));
        }

        if (path.StartsWith("/v1/checkouts", StringComparison.Ordinal) && isChange)
        {
            operation.Parameters.Add(ReferenceParameters.Header("Prefer"));
        }

        if (operation.RequestBody?.Content?.Values.FirstOrDefault() is { } body)
        {
            body.Example = ReferenceExamples.BodyOf(id);
        }

        Answers(operation, isChange, isAggregate, context.Document!);
        Problems(operation, Statuses(method, path, operation.RequestBody is not null, isChange, isAggregate, metadata.OfType<Admits>().LastOrDefault()), context.Document!);
        Security(operation, metadata.OfType<Admits>().LastOrDefault(), path, context.Document!);
        return Task.CompletedTask;
    }

    private static void Answers(OpenApiOperation operation, bool isChange, bool isAggregate, OpenApiDocument document)
    {
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (response is OpenApiResponse answer && status.StartsWith('2'))
            {
                var names = new List<string> { "Correlation-Id", "RateLimit", "RateLimit-Policy" };
                if (isAggregate || status is "201" or "202")
                {
                    names.Add("ETag");
                }

                if (status is "201" or "202")
                {
                    names.Add("Location");
                }

                if (isChange)
                {
                    names.Add("Idempotency-Replayed");
                }

                if (operation.Parameters!.Any(static parameter => parameter.Name is "cursor" or "after"))
                {
                    names.Add("Link");
                }

                answer.Headers = names.ToDictionary(static name => name, IOpenApiHeader (name) => new OpenApiHeaderReference(name, document), StringComparer.Ordinal);
            }
        }
    }

    private static IEnumerable<int> Statuses(string method, string path, bool hasBody, bool isChange, bool isAggregate, Admits? admits)
    {
        int[] always = [406, 429, 500, 503];
        return always
            .Concat(hasBody ? [400, 413, 415, 422] : method is "POST" || path.EndsWith("/events", StringComparison.Ordinal) || path is "/v1/products" or "/v1/orders" ? [400, 422] : [])
            .Concat(admits is null ? [] : admits.OperatorsOnly ? [401, 403] : [401])
            .Concat(path.Contains('{', StringComparison.Ordinal) ? [404] : [])
            .Concat(isChange ? [409] : [])
            .Concat(isChange && isAggregate ? [400, 412, 422] : [])
            .Concat(path is "/v1/carts" or "/v1/checkouts" ? [401, 404] : [])
            .Distinct().Order();
    }

    private static void Problems(OpenApiOperation operation, IEnumerable<int> statuses, OpenApiDocument document)
    {
        operation.Responses ??= [];
        foreach (var status in statuses)
        {
            operation.Responses.TryAdd(status.ToString(), new OpenApiResponseReference("Problem" + status, document));
        }
    }

    private static void Security(OpenApiOperation operation, Admits? admits, string path, OpenApiDocument document)
    {
        OpenApiSecurityRequirement Scheme(string name) => new() { [new OpenApiSecuritySchemeReference(name, document)] = [] };

        operation.Security = admits switch
        {
            { OperatorsOnly: true } => [Scheme("adminKey"), Scheme("customer")],
            { } => [Scheme("guest"), Scheme("customer"), Scheme("adminKey")],
            null when path is "/v1/carts" or "/v1/checkouts" => [new OpenApiSecurityRequirement(), Scheme("guest"), Scheme("customer"), Scheme("adminKey")],
            null => null,
        };
    }
}
