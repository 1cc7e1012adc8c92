using Commerce;
using Commerce.Sandbox;
using Microsoft.AspNetCore.Builder;

// The whole product in one process: silo, REST front end, storage, and a vendor sandbox when no real vendor is configured.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddCommerceSilo();
builder.AddCommerceApi();

var app = builder.Build();
if (CommerceSilo.UsesSandbox(app.Configuration))
{
    app.MapVendorSandbox();
}

app.MapCommerceApi();
await app.RunAsync();
