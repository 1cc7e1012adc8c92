using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace Commerce.Load.Http;

/// <summary>
/// One keep-alive connection that costs the machine as little as it can: the load may share its cores with what it measures. Opened when it is first needed, and
/// anew after a loss. One request at a time.
/// </summary>
internal sealed class Connection(Uri shop, TimeSpan patience) : IAsyncDisposable
{
    private const int FirstBuffer = 8 * 1024, LargestAnswer = 64 * 1024 * 1024;

    private readonly string head = $" HTTP/1.1\r\nHost: {shop.Authority}\r\n";
    private byte[] buffer = new byte[FirstBuffer];
    private byte[] request = new byte[2 * 1024];
    private CancellationTokenSource deadline = new();
    private Socket? socket;
    private bool closing;

    /// <summary>Of a guest or an operator; null: a stranger.</summary>
    public string? Token { get; set; }

    public bool IsOpen => socket is not null;

    /// <param name="patience">How long it waits for an answer; then the connection is given up, and there was none.</param>
    public async ValueTask<Answer> Send(string method, string path, string? body = null, string? key = null)
    {
        var length = Write(method, path, body, key);
        deadline.CancelAfter(patience);
        try
        {
            if (socket is null)
            {
                await Open();
            }

            await socket!.SendAsync(request.AsMemory(0, length), SocketFlags.None, deadline.Token);
            return await Read();
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            Close();
            return Answer.None;
        }
        finally
        {
            if (!deadline.TryReset())
            {
                deadline.Dispose();
                deadline = new CancellationTokenSource();
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        deadline.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task Open()
    {
        closing = false;
        var fresh = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await fresh.ConnectAsync(shop.Host, shop.Port, deadline.Token);
            socket = fresh;
        }
        catch
        {
            fresh.Dispose();
            throw;
        }
    }

    private void Close()
    {
        socket?.Dispose();
        socket = null;
    }

    private int Write(string method, string path, string? body, string? key)
    {
        var text = method + " " + path + head
            + (Token is null ? "" : $"Authorization: Bearer {Token}\r\n")
            + (key is null ? "" : $"Idempotency-Key: {key}\r\n")
            + (body is null ? (method == "GET" ? "" : "Content-Length: 0\r\n") : $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n")
            + "\r\n" + body;
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (request.Length < most)
        {
            request = new byte[most];
        }

        return Encoding.UTF8.GetBytes(text, request);
    }

    private async ValueTask<Answer> Read()
    {
        var (read, start) = (0, -1);
        while (start < 0)
        {
            read += await More(read);
            start = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8) is >= 0 and var end ? end + 4 : -1;
        }

        var header = buffer.AsMemory(0, start);
        var status = Number(header.Span[9..12]);
        var retryAfter = Header(header.Span, "\r\nRetry-After: "u8) is { Length: > 0 } seconds ? Number(seconds) : 0;
        closing = Header(header.Span, "\r\nConnection: close"u8) is { IsEmpty: false } || header.Span.IndexOf("\r\nConnection: close"u8) >= 0;
        int length;
        if (Header(header.Span, "\r\nContent-Length: "u8) is { Length: > 0 } declared)
        {
            length = Number(declared);
            while (read < start + length)
            {
                read += await More(read);
            }
        }
        else
        {
            length = header.Span.IndexOf("\r\nTransfer-Encoding: chunked"u8) >= 0 ? await Chunks(start, read) : 0;
        }

        var answer = new Answer(status, buffer.AsMemory(start, length), retryAfter);
        if (closing)
        {
            Close();
        }

        return answer;
    }

    /// <summary>Reads a chunked body, and puts its pieces together from <paramref name="start"/> on.</summary>
    /// <returns>Its length.</returns>
    private async ValueTask<int> Chunks(int start, int read)
    {
        var (at, put) = (start, start);
        while (true)
        {
            int line;
            while ((line = buffer.AsSpan(at, read - at).IndexOf("\r\n"u8)) < 0)
            {
                read += await More(read);
            }

            if (!Utf8Parser.TryParse(buffer.AsSpan(at, line), out int size, out _, 'x'))
            {
                throw new IOException("This is no chunk.");
            }

            at += line + 2;
            while (read < at + size + 2)
            {
                read += await More(read);
            }

            buffer.AsSpan(at, size).CopyTo(buffer.AsSpan(put));
            (put, at) = (put + size, at + size + 2);
            if (size == 0)
            {
                return put - start;
            }
        }
    }

    private async ValueTask<int> More(int read)
    {
        if (read == buffer.Length)
        {
            if (buffer.Length >= LargestAnswer)
            {
                throw new IOException("The answer has no end.");
            }

            Array.Resize(ref buffer, buffer.Length * 2);
        }

        var more = await socket!.ReceiveAsync(buffer.AsMemory(read), SocketFlags.None, deadline.Token);
        return more > 0 ? more : throw new IOException("The server closed the connection.");
    }

    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name)
    {
        var at = headers.IndexOf(name);
        if (at < 0)
        {
            return default;
        }

        var value = headers[(at + name.Length)..];
        return value[..value.IndexOf((byte)'\r')];
    }

    private static int Number(ReadOnlySpan<byte> digits) => Utf8Parser.TryParse(digits, out int number, out _) ? number : 0;
}
