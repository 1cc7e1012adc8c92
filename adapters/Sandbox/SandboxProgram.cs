namespace Commerce.Sandbox;

/// <summary>The sandbox by itself, on http://localhost:5081 unless told otherwise by <c>--urls</c>.</summary>
internal static class SandboxProgram
{
    private static Task Main(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls("http://localhost:5081");
        }

        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.AddVendorSandbox();

        var app = builder.Build();
        app.MapVendorSandbox();
        app.MapGet("/", () => Results.Redirect("/sandbox")).ExcludeFromDescription();
        return app.RunAsync();
    }
}
