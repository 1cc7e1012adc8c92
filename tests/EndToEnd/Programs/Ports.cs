using System.Net;
using System.Net.Sockets;

namespace Commerce.Programs;

/// <summary>Ports for programs that come back to them after a crash: below those that the operating system hands out to connections.</summary>
public static class Ports
{
    private const int First = 15_000, Last = 31_000;

    private static int next = First + (int)((uint)Environment.ProcessId * 37 % (Last - First));

    public static int Free()
    {
        for (var tries = 0; tries < 500; tries++)
        {
            var port = First + (Interlocked.Increment(ref next) % (Last - First));
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's.
            }
        }

        throw new InvalidOperationException("This machine has no free port.");
    }
}
