using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Commerce.BadInputs;

/// <summary>What came back over a connection of which every byte was ours.</summary>
/// <param name="Status">0 when the server hung up without a word.</param>
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    public string? ContentType => Header("Content-Type");

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? Header(string name) => Head.Split("\r\n").Skip(1)
        .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}

/// <summary>HTTP/1.1 by hand: for what no decent client would send.</summary>
internal static class RawHttp
{
    private const int Chunk = 32 * 1024;

    public static async Task<RawAnswer> Send(Uri address, byte[] request, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, deadline.Token);
        client.NoDelay = true;
        await using var stream = client.GetStream();
        var reading = Read(stream, deadline.Token);
        try
        {
            for (var at = 0; at < request.Length && !reading.IsCompleted; at += Chunk)
            {
                await stream.WriteAsync(request.AsMemory(at, Math.Min(Chunk, request.Length - at)), deadline.Token);
            }
        }
        catch (IOException)
        {
            // It has heard enough.
        }

        return Parse(await reading);
    }

    private static async Task<byte[]> Read(NetworkStream stream, CancellationToken stop)
    {
        using var all = new MemoryStream();
        var buffer = new byte[Chunk];
        try
        {
            while (await stream.ReadAsync(buffer, stop) is > 0 and var read)
            {
                all.Write(buffer, 0, read);
            }
        }
        catch (IOException)
        {
            // Reset: what was read before counts.
        }

        return all.ToArray();
    }

    private static RawAnswer Parse(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return new RawAnswer(0, text, "");
        }

        var (head, body) = (text[..end], text[(end + 4)..]);
        var status = int.Parse(head.Split(' ')[1], CultureInfo.InvariantCulture);
        return new RawAnswer(status, head, head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase) ? Unchunk(body) : body);
    }

    private static string Unchunk(string body)
    {
        var text = new StringBuilder();
        while (body.IndexOf("\r\n", StringComparison.Ordinal) is > 0 and var line
            && int.TryParse(body[..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var size) && size > 0)
        {
            text.Append(body, line + 2, Math.Min(size, body.Length - line - 2));
            body = line + 4 + size <= body.Length ? body[(line + 4 + size)..] : "";
        }

        return text.ToString();
    }
}
