using System.Text;
using Commerce.Events;

namespace Commerce.Export;

/// <summary>The journal as tables, one JSON object a line, so that anybody can check the books from outside.</summary>
internal static class ExportEndpoints
{
    private const int FlushAt = 64 * 1024;

    extension(IEndpointRouteBuilder admin)
    {
        public void MapExport() => admin.MapGet("/export/{table}", Export)
            .WithTags("Export").WithName("exportTable").WithSummary("A table of the export, as JSON lines").Produces<string>(StatusCodes.Status200OK, "application/x-ndjson");
    }

    private static async Task Export(string table, HttpContext http, JournalReader journal)
    {
        if (table.Length > 64 || Fields.HasControl(table))
        {
            throw Refusal.NotFound;
        }

        var response = http.Response;
        var body = response.BodyWriter;
        var unflushed = 0;
        await foreach (var line in journal.Grain.Export(table).WithCancellation(http.RequestAborted))
        {
            await Begin(response); // only now: a table that does not exist is refused before its first line
            unflushed += (int)Encoding.UTF8.GetBytes(line, body);
            unflushed += (int)Encoding.UTF8.GetBytes("\n", body);
            if (unflushed >= FlushAt)
            {
                await body.FlushAsync(http.RequestAborted);
                unflushed = 0;
            }
        }

        await Begin(response);
        await body.FlushAsync(http.RequestAborted);
    }

    private static Task Begin(HttpResponse response)
    {
        if (response.HasStarted)
        {
            return Task.CompletedTask;
        }

        response.ContentType = "application/x-ndjson";
        response.Headers.CacheControl = "no-store";
        return response.StartAsync();
    }
}
