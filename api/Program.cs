using System.Net;
using Commerce;
using Commerce.Ops;
using Orleans.Configuration;
using Orleans.Dashboard;

// A front end by itself: a client of a cluster, to scale out apart from the silos. It may start before them, and outlives any of them.
var builder = WebApplication.CreateBuilder(args);

builder.UseOrleansClient(client =>
{
    if (builder.Configuration.GetConnectionString("Commerce") is { Length: > 0 } database)
    {
        client.UseAdoNetClustering(table => (table.Invariant, table.ConnectionString) = ("Npgsql", database));
    }
    else
    {
        client.UseStaticClustering(new IPEndPoint(IPAddress.Loopback, builder.Configuration.GetValue("Commerce:Silo:GatewayPort", 30000)));
    }

    client.Configure<ClusterOptions>(static cluster => (cluster.ServiceId, cluster.ClusterId) = ("commerce", "commerce"));
    client.Configure<GatewayOptions>(static gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(2)); // a gateway that came or went is known so soon
    client.UseConnectionRetryFilter<WaitForCluster>();

    // A call whose silo froze ends here and is repeated elsewhere; what waits for a vendor has a time of its own on its grain method.
    client.Configure<ClientMessagingOptions>(static messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(4));
    client.AddActivityPropagation();
    client.AddDashboard(static dashboard => dashboard.HideTrace = true);
});
builder.Logging.AddFilter("Orleans", LogLevel.Warning).AddFilter("Orleans.Messaging", LogLevel.Error).AddFilter("Orleans.Runtime.Messaging", LogLevel.Error); // a gateway that is away is told of by every attempt to reach it
builder.Services.Configure<HostOptions>(static host => host.ServicesStartConcurrently = true); // it listens, and says that it is not ready, while it waits for its cluster
builder.AddCommerceApi();
builder.AddClusterReach();

var app = builder.Build();
app.MapCommerceApi();
await app.RunAsync();
