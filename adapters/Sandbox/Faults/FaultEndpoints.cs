namespace Commerce.Sandbox;

/// <summary>Faults over HTTP: set, look, clear.</summary>
internal static class FaultEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapFaults()
        {
            var faults = routes.MapGroup("/faults").ExcludeFromDescription();

            faults.MapGet("/", (FaultBook book) => Results.Ok(book.List()));
            faults.MapPost("/", Add);
            faults.MapDelete("/", (FaultBook book) => { book.Clear(); return Results.NoContent(); });
            faults.MapDelete("/{id:int}", (int id, FaultBook book) => { book.Clear(id); return Results.NoContent(); });
        }
    }

    private static IResult Add(FaultRule rule, FaultBook book) => rule switch
    {
        { Probability: not (>= 0 and <= 1) } => Refuse("probability is from 0 to 1"),
        { DelayMs: < 0 or > 600_000 } => Refuse("delayMs is from 0 to 600000"),
        { Status: < 400 or > 599 } => Refuse("status is from 400 to 599"),
        { Count: < 1 } => Refuse("count is at least 1"),
        { RetryAfterSeconds: < 0 } => Refuse("retryAfterSeconds is not negative"),
        { Kind: FaultKind.Latency, Latency: null } => Refuse("latency has p50Ms and p99Ms, or minMs and maxMs, in order"),
        { Kind: FaultKind.Duplicate or FaultKind.Reorder or FaultKind.Never or FaultKind.BadSignature, Operation: null } =>
            Refuse("duplicate, reorder, never and bad_signature are for operation 'webhook' or a type of event"),
        _ => Results.Created((string?)null, new { id = book.Add(rule), rule }),
    };

    private static IResult Refuse(string why) => Results.Problem(why, statusCode: StatusCodes.Status400BadRequest);
}
