using Commerce.Documentation;

namespace Commerce.Events;

/// <summary>Everything that happened, to operators.</summary>
internal static class EventEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapEvents() => routes.MapGet("/events", static (Call call, JournalReader journal, EventFeed feed) => EventAnswers.For(call, journal, feed, aggregate: null))
            .WithTags("Events").WithName("listEvents").WithSummary("Every event of the shop: a page, or a live feed for Accept: text/event-stream")
            .ForOperators().Produces<EventPageJson>(StatusCodes.Status200OK, "application/json", "text/event-stream").Takes("after", "limit");
    }
}
