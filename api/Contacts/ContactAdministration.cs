namespace Commerce.Contacts;

/// <summary>Forgetting a person for good.</summary>
internal static class ContactAdministration
{
    extension(IEndpointRouteBuilder admin)
    {
        public void MapContactAdministration() => admin.MapDelete("/contacts/{id}", Erase)
            .WithTags("Contacts").WithName("eraseContact").WithSummary("Erases a person: name, address, e-mail and phone, wherever they were given")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> Erase(string id, IGrainFactory grains)
    {
        await grains.Contact(Call.Known(id, Identity.Contact)).Erase();
        return TypedResults.NoContent();
    }
}
