using System.Net;
using Commerce;
using Orleans.Configuration;
using Orleans.Dashboard;

// A front end by itself: a client of a running cluster, to scale out apart from the silos.
var builder = WebApplication.CreateBuilder(args);

builder.UseOrleansClient(client =>
{
    var gateway = new IPEndPoint(IPAddress.Loopback, builder.Configuration.GetValue("Commerce:Silo:GatewayPort", 30000));
    client.UseStaticClustering(gateway);
    client.Configure<ClusterOptions>(static cluster => (cluster.ServiceId, cluster.ClusterId) = ("commerce", "commerce"));
    client.UseConnectionRetryFilter(static async (_, cancellationToken) =>
    {
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken); // the cluster may start after its front ends
        return !cancellationToken.IsCancellationRequested;
    });
    client.Configure<ClientMessagingOptions>(static messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(12)); // longer than a checkout is waited for, shorter than callers' patience
    client.AddActivityPropagation();
    client.AddDashboard(static dashboard => dashboard.HideTrace = true);
});
builder.AddCommerceApi();

var app = builder.Build();
app.MapCommerceApi();
await app.RunAsync();
