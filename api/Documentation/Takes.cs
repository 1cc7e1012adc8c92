namespace Commerce.Documentation;

/// <summary>Parameters of an endpoint that it reads from the query itself, for the reference.</summary>
internal sealed record Takes(ImmutableArray<string> Names);

internal static class Taking
{
    extension(RouteHandlerBuilder endpoint)
    {
        /// <summary>Names of the query, described in <see cref="ReferenceParameters"/>.</summary>
        public RouteHandlerBuilder Takes(params ImmutableArray<string> names) => endpoint.WithMetadata(new Takes(names));
    }
}
