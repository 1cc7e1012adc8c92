using System.Collections.Concurrent;
using System.Diagnostics;

namespace Commerce.Programs;

/// <summary>A program under test: started, listened to, stopped or killed.</summary>
public sealed class ChildProcess : IDisposable
{
    private const int LinesKept = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> lines = new();
    private readonly Process process;

    private readonly Action<string>? heard;

    private ChildProcess(ProcessStartInfo start, Action<string>? heard)
    {
        this.heard = heard;
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <summary>The last lines that it wrote.</summary>
    public string Output => string.Join(Environment.NewLine, lines);

    /// <param name="heard">Is given every line that it writes.</param>
    public static ChildProcess Start(ProcessStartInfo start, Action<string>? heard = null) => new(start, heard);

    /// <summary>SIGKILL: it gets no chance to do anything.</summary>
    public async Task Kill()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>SIGSTOP: it stands still, and its connections stay open.</summary>
    public Task Freeze() => Signal("STOP");

    /// <summary>SIGCONT: it goes on as if no time had passed.</summary>
    public Task Thaw() => Signal("CONT");

    /// <summary>Waits until it has ended by itself; whether it has.</summary>
    public async Task<bool> Ends(TimeSpan within)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(within);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>SIGTERM, as an orchestrator stops a program; waits for its end.</summary>
    public async Task Stop()
    {
        if (process.HasExited)
        {
            return;
        }

        await Signal("TERM");
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            await Kill();
            throw new TimeoutException($"The program did not stop within {Patience}.{Environment.NewLine}{Output}", e);
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }

    private async Task Signal(string name)
    {
        using var kill = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"kill -{name} {process.Id}"]))!;
        await kill.WaitForExitAsync();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        heard?.Invoke(line);

        lines.Enqueue(line);
        while (lines.Count > LinesKept)
        {
            lines.TryDequeue(out _);
        }
    }
}
