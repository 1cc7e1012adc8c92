using System.Globalization;
using Commerce.Contacts;

namespace Commerce.Drops;

/// <summary>The waiting rooms of drops, as shoppers reach them.</summary>
internal static class DropEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapDrops()
        {
            var drops = routes.MapGroup("/drops/{id}").WithTags("Drops");
            drops.MapGet("/", Get).WithName("getDrop").WithSummary("A drop: what it sells, and when").Produces<PublicDropJson>();
            drops.MapPost("/entries", Enter).WithName("enterDrop").WithSummary("Takes a place in the waiting room; who has one is answered with that one")
                .Accepts<EntryBody>("application/json").Produces<EntryJson>(StatusCodes.Status201Created);
            var entry = drops.MapGroup("/entries/{entryId}").ForOwners();
            entry.MapGet("/", Poll).WithName("getEntry").WithSummary("How an entry stands: once, or as it changes for Accept: text/event-stream")
                .Produces<EntryJson>(StatusCodes.Status200OK, "application/json", "text/event-stream");
            entry.MapDelete("/", Leave).WithName("leaveDrop").WithSummary("Gives the place, or the pass, to the next").Produces<EntryJson>();
        }
    }

    private static async Task<IResult> Get(string id, Fronts fronts)
    {
        var front = await Known(fronts, id);
        return new Answer<PublicDropJson>(PublicDropJson.Of(id, front.View), WireJson.Default.PublicDropJson);
    }

    private static async Task<IResult> Enter(string id, Call call, IGrainFactory grains, Fronts fronts, PassTokens tokens, AdminKey secret)
    {
        var body = await call.Read(EntryBody.Read);
        Call.Known(id, Identity.Drop);
        if (call.Caller.Kind is CallerKind.Unrecognised)
        {
            throw Refusal.Unauthenticated;
        }

        var customer = call.Caller is { Kind: CallerKind.Customer, Owner: { } signedIn } ? "customer:" + signedIn
            : body.Email is { } email ? "email:" + email
            : throw new Refusal("required", "Say who waits.", [new FieldError("/email", "required", "Send an e-mail address, or a customer's token.")]);

        // As for express checkouts: a phone that lost the answer and asks from another network is still the same; two strangers with one key never meet.
        var token = call.Caller.Owner is null ? GuestToken.Derived(secret, "drop-entry", $"{id}\n{call.Key}\n{call.RequestOf(null).Fingerprint}") : null;
        var owner = tokens.OwnerOf(id, call.Caller.Owner ?? Owners.Guest(token!));
        var entry = await grains.Drop(id).Enter(new EnterDrop(
            owner,
            tokens.HashOf(id, "customer", customer),
            body.Address is { } address ? tokens.HashOf(id, "address", address) : 0,
            body.Device is { } device ? tokens.HashOf(id, "device", device) : 0,
            body.Quantity,
            body.Code));

        var isMine = entry.Owner == owner;
        var entryId = tokens.EntryId(id, entry.Ticket, entry.Owner);
        var json = EntryJson.Of(id, entryId, isMine ? entry : entry with { ExpiresAt = null }, await Known(fronts, id), call.Time.GetUtcNow(), tokens, isMine ? token : null);
        return new EntryAnswer(json) { Status = StatusCodes.Status201Created, Location = $"/v1/drops/{id}/entries/{entryId}", Replayed = entry.Repeated && isMine };
    }

    private static async Task<IResult> Poll(string id, string entryId, Call call, IGrainFactory grains, Fronts fronts, PassTokens tokens)
    {
        var ticket = await Ticket(id, entryId, call, grains, tokens);
        var watch = new EntryWatch(id, entryId, ticket, grains, fronts, tokens, call.Time);
        return call.Http.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.Ordinal)
            ? new EntryStream(watch, await Known(fronts, id))
            : new EntryAnswer(await watch.Look(await Known(fronts, id)));
    }

    private static async Task<IResult> Leave(string id, string entryId, Call call, IGrainFactory grains, Fronts fronts, PassTokens tokens)
    {
        await call.ReadNothing();
        var entry = await grains.Drop(id).Leave(await Ticket(id, entryId, call, grains, tokens));
        return new EntryAnswer(EntryJson.Of(id, entryId, entry, await Known(fronts, id), call.Time.GetUtcNow(), tokens));
    }

    /// <summary>The entry's ticket, for its owner; an operator is told by the drop whether the id is a true one.</summary>
    private static async Task<int> Ticket(string id, string entryId, Call call, IGrainFactory grains, PassTokens tokens)
    {
        Call.Known(id, Identity.Drop);
        if (call.Owner is { } owner)
        {
            return tokens.TicketOf(id, entryId, tokens.OwnerOf(id, owner)) ?? throw Refusal.NotFound;
        }

        return tokens.TicketOf(id, entryId, owner: null) is { } ticket && await grains.Drop(id).Entry(ticket) is { } entry && tokens.EntryId(id, ticket, entry.Owner) == entryId
            ? ticket
            : throw Refusal.NotFound;
    }

    private static async Task<Front> Known(Fronts fronts, string id) => await fronts.Now(Call.Known(id, Identity.Drop)) ?? throw Refusal.NotFound;
}

/// <param name="Email">Of a guest; a customer's token says it for a customer.</param>
/// <param name="Address">Where it would go: a postal address, or whatever text stands for one.</param>
/// <param name="Device">Whatever text stands for the device.</param>
/// <param name="Quantity">Units wanted.</param>
internal sealed record EntryBody(string? Email, string? Address, string? Device, int Quantity, string? Code)
{
    public static EntryBody Read(Fields fields)
    {
        var email = fields.Has("email") ? ContactBodies.Email(fields) : null;
        var address = fields.KindOf("address") is System.Text.Json.JsonValueKind.Object ? OneLine(ContactBodies.Address(fields.Inner("address")!)) : fields.FreeText("address", 200);
        var body = new EntryBody(
            email?.Trim().ToLowerInvariant(), address, fields.FreeText("device", 200), fields.Has("quantity") ? fields.Quantity("quantity") : 1, fields.FreeText("code", 64));
        fields.NothingElse();
        return body;
    }

    /// <summary>An address as it is compared: without its name, in one case, without punctuation and spaces.</summary>
    private static string OneLine(Address address) => string.Concat(
        string.Join('|', address.Line1, address.Line2, address.PostalCode, address.City, address.Region, address.Country)
            .Where(static c => char.IsLetterOrDigit(c) || c is '|').Select(char.ToLowerInvariant));
}

/// <summary>An entry with its <c>Retry-After</c>.</summary>
internal sealed class EntryAnswer(EntryJson entry) : IResult
{
    public int Status { get; init; } = StatusCodes.Status200OK;

    public string? Location { get; init; }

    public bool Replayed { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (entry.RetryAfter is { } seconds)
        {
            httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return new Answer<EntryJson>(entry, WireJson.Default.EntryJson) { Status = Status, Location = Location, Replayed = Replayed }.ExecuteAsync(httpContext);
    }
}
