using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Commerce.Programs;

/// <summary>A wire between two of our programs that can be cut, slowed and held: what lies between machines, on this one.</summary>
public sealed class Relay : IAsyncDisposable
{
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<Link, Link> links = new();
    private readonly TcpListener listener;
    private readonly Random jitter;
    private readonly int target;
    private readonly Task accepting;
    private TaskCompletionSource flows = Released();
    private long cutAfter = -1;
    private int answersToLose;

    private Relay(int target, int port, int seed)
    {
        this.target = target;
        jitter = new Random(seed);
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Connections that are open now.</summary>
    public int Connections => links.Count;

    /// <summary>Every new connection is reset at once.</summary>
    public bool Refuse { get; set; }

    /// <summary>How long whatever is sent stays on the way, either way: up to a half more, by the seed. Default: no time.</summary>
    public TimeSpan Delay { get; set; }

    /// <param name="target">Port of the program at its far end, on this machine.</param>
    public static Relay To(int target, int seed = 0) => new(target, Ports.Free(), seed);

    /// <summary>Resets every connection that is open now; how many there were.</summary>
    public int DropAll()
    {
        var dropped = 0;
        foreach (var link in links.Keys)
        {
            link.Reset();
            dropped++;
        }

        return dropped;
    }

    /// <summary>From now on nothing passes, and nobody is told: a cable that was pulled.</summary>
    public void Hold() => flows = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => flows.TrySetResult();

    /// <summary>The connection over which the next so many bytes are answered is reset right after them: an answer cut short.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref cutAfter, bytes);

    /// <summary>The next so many things that are sent arrive, and instead of the answer comes a reset.</summary>
    public void LoseNextAnswers(int count = 1) => Interlocked.Add(ref answersToLose, count);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        Release();
        DropAll();
        await accepting;
        closing.Dispose();
    }

    private static TaskCompletionSource Released()
    {
        var released = new TaskCompletionSource();
        released.SetResult();
        return released;
    }

    private async Task Accept()
    {
        while (!closing.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync(closing.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = Carry(client);
        }
    }

    private async Task Carry(Socket client)
    {
        using var link = new Link(client);
        links[link] = link;
        try
        {
            if (Refuse)
            {
                link.Reset();
                return;
            }

            await link.Far.ConnectAsync(IPAddress.Loopback, target, closing.Token);
            await Task.WhenAny(Pump(link, link.Near, link.Far, isAnswer: false), Pump(link, link.Far, link.Near, isAnswer: true));
        }
        catch (Exception e) when (IsCut(e))
        {
            link.Reset(); // nobody listens at the far end
        }
        finally
        {
            links.TryRemove(link, out _);
        }
    }

    private async Task Pump(Link link, Socket from, Socket to, bool isAnswer)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            while (await from.ReceiveAsync(buffer, closing.Token) is > 0 and var count)
            {
                await flows.Task.WaitAsync(closing.Token);
                if (Delay is var delay && delay > TimeSpan.Zero)
                {
                    await Task.Delay(delay * (1 + Share() / 2), closing.Token);
                }

                if (isAnswer && link.LosesItsAnswer)
                {
                    link.Reset();
                    return;
                }

                if (isAnswer && Interlocked.Read(ref cutAfter) is >= 0 and var left)
                {
                    var passes = (int)Math.Min(left, count);
                    await to.SendAsync(buffer.AsMemory(0, passes), closing.Token);
                    if (passes == left)
                    {
                        Interlocked.Exchange(ref cutAfter, -1);
                        link.Reset();
                        return;
                    }

                    Interlocked.Add(ref cutAfter, -passes);
                    continue;
                }

                link.LosesItsAnswer |= !isAnswer && TakeAnswerToLose();
                await to.SendAsync(buffer.AsMemory(0, count), closing.Token);
            }
        }
        catch (Exception e) when (IsCut(e))
        {
            link.Reset(); // one end went away, so the other shall know
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool TakeAnswerToLose()
    {
        if (Volatile.Read(ref answersToLose) <= 0)
        {
            return false;
        }

        if (Interlocked.Decrement(ref answersToLose) >= 0)
        {
            return true;
        }

        Interlocked.Increment(ref answersToLose);
        return false;
    }

    private double Share()
    {
        lock (jitter)
        {
            return jitter.NextDouble();
        }
    }

    private static bool IsCut(Exception exception) => exception is SocketException or ObjectDisposedException or OperationCanceledException;

    /// <summary>One connection: the end that called, and the end that was called.</summary>
    private sealed class Link(Socket near) : IDisposable
    {
        public Socket Near { get; } = near;

        public Socket Far { get; } = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public bool LosesItsAnswer { get; set; }

        /// <summary>Both ends are told at once, and what is on the way is lost.</summary>
        public void Reset()
        {
            foreach (var end in (ReadOnlySpan<Socket>)[Near, Far])
            {
                try
                {
                    end.LingerState = new LingerOption(true, 0);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    continue; // it is gone already
                }

                end.Dispose();
            }
        }

        public void Dispose()
        {
            Near.Dispose();
            Far.Dispose();
        }
    }
}
