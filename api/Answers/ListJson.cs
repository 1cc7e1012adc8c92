using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Commerce.Answers;

/// <summary>A page of a list.</summary>
/// <param name="Next">Cursor of the next page; null on the last.</param>
/// <param name="AsOf">Of a list that follows the journal: everything that was committed before is in it.</param>
internal sealed record ListJson<T>(
    ImmutableArray<T> Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next,
    DateTimeOffset? AsOf = null)
{
    public static Answer<ListJson<T>> Answer(HttpRequest request, Page<T> page, JsonTypeInfo<ListJson<T>> form) =>
        new(new ListJson<T>(page.Items, page.Next, page.AsOf), form) { NextPage = page.Next is null ? null : Paging.Next(request, page.Next) };
}
