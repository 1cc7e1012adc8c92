using System.Net;
using System.Net.Sockets;

namespace Commerce.Tests.Cluster;

internal enum Line
{
    /// <summary>Everything passes.</summary>
    Open,

    /// <summary>What is sent arrives, and is carried out; the answer does not come back, the connection breaks.</summary>
    LosesAnswers,

    /// <summary>Nobody is reached any more, connections break at once.</summary>
    Cut,

    /// <summary>Connections are accepted, and nothing is said.</summary>
    Silent,
}

/// <summary>A line between a silo and its database that breaks as lines do.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint server;
    private readonly HashSet<TcpClient> open = [];
    private volatile Line line;

    public Relay(string host, int port)
    {
        server = new IPEndPoint(IPAddress.Parse(host), port);
        listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Become(Line now)
    {
        line = now;
        if (now is Line.Cut)
        {
            Break();
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        Break();
    }

    private void Break()
    {
        lock (open)
        {
            foreach (var client in open)
            {
                client.Close();
            }

            open.Clear();
        }
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                _ = Carry(await listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Break(); // the test is over
        }
    }

    private async Task Carry(TcpClient client)
    {
        using var upstream = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        lock (open)
        {
            open.Add(client);
            open.Add(upstream);
        }

        try
        {
            if (line is Line.Cut)
            {
                return;
            }

            await upstream.ConnectAsync(server);
            await Task.WhenAny(Pass(client.GetStream(), upstream.GetStream(), answers: false), Pass(upstream.GetStream(), client.GetStream(), answers: true));
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Broken on purpose, or by either end.
        }
        finally
        {
            client.Close();
            lock (open)
            {
                open.Remove(client);
                open.Remove(upstream);
            }
        }
    }

    private async Task Pass(NetworkStream from, NetworkStream to, bool answers)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer) is > 0 and var count)
        {
            while (line is Line.Silent)
            {
                await Task.Delay(20);
            }

            if (answers && line is Line.LosesAnswers)
            {
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
