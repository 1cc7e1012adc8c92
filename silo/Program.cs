using Commerce;
using Commerce.Ops;
using Commerce.Sandbox;
using Commerce.Storage.Postgres;
using Microsoft.AspNetCore.Builder;

// A silo; by default with the REST front end in the same process, and with a vendor sandbox when no real vendor is configured.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
if (args is ["migrate", ..])
{
    return await Migration.Run(builder.Configuration);
}

if (args is ["split-journal", ..])
{
    return await JournalSplit.Run(builder.Configuration);
}

builder.AddCommerceSilo();
if (CommerceSilo.HasApi(builder.Configuration))
{
    builder.AddCommerceApi();
}
else
{
    builder.AddCommerceTelemetry();
}

var app = builder.Build();
if (CommerceSilo.UsesSandbox(app.Configuration))
{
    app.MapVendorSandbox();
}

if (CommerceSilo.HasApi(app.Configuration))
{
    app.MapCommerceApi();
}
else
{
    app.MapProbes();
}

await app.RunAsync();
return 0;
