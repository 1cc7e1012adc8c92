using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace Commerce.Sandbox;

/// <summary>
/// The append-only file that the sandbox is rebuilt from: a JSON document a line. Entries of many requests are handed to the operating
/// system in one write; nobody is answered before theirs was.
/// </summary>
internal sealed class SandboxJournal : IDisposable
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim waiting = new(0);
    private readonly SafeFileHandle file;
    private readonly Task writing;
    private ArrayBufferWriter<byte> incoming = new(1 << 16), outgoing = new(1 << 16);
    private readonly Utf8JsonWriter json;
    private TaskCompletionSource batch = NewBatch();
    private Task last = Task.CompletedTask;
    private long length;
    private bool signalled, closed;

    public SandboxJournal(IOptions<SandboxOptions> options)
    {
        var directory = Directory.CreateDirectory(options.Value.DataDirectory);
        Path = System.IO.Path.Combine(directory.FullName, "sandbox.jsonl");
        file = File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        json = new Utf8JsonWriter(incoming, new JsonWriterOptions { SkipValidation = true });
        writing = Task.Run(Write);
    }

    public string Path { get; }

    /// <summary>Reads what is there, oldest first. Each vendor once, before the first <see cref="Append"/>. A last line that was torn is cut off.</summary>
    public void Replay(Action<SandboxEntry> apply)
    {
        var buffer = new byte[1 << 20];
        int held = 0, number = 0;
        length = 0;
        for (long offset = 0; ;)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(held), offset);
            offset += read;
            held += read;
            var start = 0;
            while (buffer.AsSpan(start, held - start).IndexOf((byte)'\n') is >= 0 and var end)
            {
                number++;
                apply(Read(buffer.AsSpan(start, end), number));
                start += end + 1;
                length += end + 1;
            }

            if (read == 0)
            {
                break;
            }

            held -= start;
            buffer.AsSpan(start, held).CopyTo(buffer);
            if (held == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }

        RandomAccess.SetLength(file, length);
    }

    /// <summary>Takes the entry in; it is kept once <see cref="Durable"/> completes. Entries are kept in the order of the calls.</summary>
    public void Append(SandboxEntry entry)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            json.Reset(incoming);
            JsonSerializer.Serialize(json, entry, SandboxJson.Default.SandboxEntry);
            json.Flush();
            incoming.Write("\n"u8);
            last = batch.Task;
            if (!signalled)
            {
                signalled = true;
                waiting.Release();
            }
        }
    }

    /// <summary>Completes when everything appended so far is with the operating system.</summary>
    public Task Durable()
    {
        lock (gate)
        {
            return last;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }

            closed = true;
            waiting.Release();
        }

        writing.GetAwaiter().GetResult();
        file.Dispose();
        waiting.Dispose();
        json.Dispose();
    }

    private SandboxEntry Read(ReadOnlySpan<byte> line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, SandboxJson.Default.SandboxEntry) ?? throw new JsonException("null");
        }
        catch (JsonException damage)
        {
            throw new InvalidDataException($"Line {number} of {Path} is damaged. Move the file away to start anew.", damage);
        }
    }

    private async Task Write()
    {
        while (true)
        {
            await waiting.WaitAsync();
            TaskCompletionSource done;
            lock (gate)
            {
                signalled = false;
                if (outgoing.WrittenCount == 0)
                {
                    (incoming, outgoing) = (outgoing, incoming);
                }
                else
                {
                    // What could not be written before goes first.
                    outgoing.Write(incoming.WrittenSpan);
                    incoming.ResetWrittenCount();
                }

                (done, batch) = (batch, NewBatch());
            }

            try
            {
                RandomAccess.Write(file, outgoing.WrittenSpan, length);
                length += outgoing.WrittenCount;
                outgoing.ResetWrittenCount();
                done.SetResult();
            }
            catch (IOException full)
            {
                done.SetException(full);
            }

            lock (gate)
            {
                if (closed && incoming.WrittenCount == 0)
                {
                    return;
                }
            }
        }
    }

    private static TaskCompletionSource NewBatch() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
