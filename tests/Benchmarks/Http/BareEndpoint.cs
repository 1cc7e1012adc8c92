using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Commerce.Benchmarks.Http;

/// <summary>The floor under every read: a Kestrel that answers the same bytes from memory and does nothing else.</summary>
internal static class BareEndpoint
{
    /// <param name="file">The bytes.</param>
    public static async Task<int> Run(string url, string file)
    {
        var body = await File.ReadAllBytesAsync(file);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.MapGet("/", async (HttpResponse response) =>
        {
            response.ContentType = "application/json; charset=utf-8";
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body);
        });
        await app.RunAsync(url);
        return 0;
    }
}
