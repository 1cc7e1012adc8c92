using System.Net;
using Commerce;
using Orleans.Dashboard;

// A front end by itself: a client of a running cluster, to scale out apart from the silos.
var builder = WebApplication.CreateBuilder(args);

builder.UseOrleansClient(client =>
{
    var gateway = new IPEndPoint(IPAddress.Loopback, builder.Configuration.GetValue("Commerce:Silo:GatewayPort", 30000));
    client.UseStaticClustering(gateway);
    client.AddActivityPropagation();
    client.AddDashboard(static dashboard => dashboard.HideTrace = true);
});
builder.AddCommerceApi();

var app = builder.Build();
app.MapCommerceApi();
await app.RunAsync();
