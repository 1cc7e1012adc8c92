using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Commerce.Answers;

/// <summary>A page of a list.</summary>
/// <param name="Next">Cursor of the next page; null on the last.</param>
internal sealed record ListJson<T>(
    ImmutableArray<T> Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next)
{
    public static Answer<ListJson<T>> Answer(HttpRequest request, Page<T> page, JsonTypeInfo<ListJson<T>> form) =>
        new(new ListJson<T>(page.Items, page.Next), form) { NextPage = page.Next is null ? null : Paging.Next(request, page.Next) };
}
