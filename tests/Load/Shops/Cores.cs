using System.Diagnostics;

namespace Commerce.Load.Shops;

/// <summary>
/// Who runs on which cores. The machine that runs the load is often the machine that serves: unpinned, load, shop and database take turns on all of them; pinned, the
/// load has the last core (or quarter of them) to itself, and shop, vendors and database share the others.
/// </summary>
internal sealed record Cores(string? ForLoad, string? ForShop)
{
    public static Cores Shared { get; } = new(null, null);

    public static Cores Apart()
    {
        var all = Environment.ProcessorCount;
        if (all < 2 || !File.Exists("/usr/bin/taskset"))
        {
            throw new InvalidOperationException("--pin needs two cores at least, and taskset (Debian: util-linux).");
        }

        var load = Math.Max(1, all / 4);
        return new Cores(Range(all - load, all - 1), Range(0, all - load - 1));
    }

    /// <summary>Puts this program on its own cores.</summary>
    public void Take() => Move(ForLoad);

    /// <summary>Puts this program beside the shop: what it starts now stays there (a database server inherits where its starter runs).</summary>
    public void Host() => Move(ForShop);

    private static void Move(string? cores)
    {
        if (cores is null)
        {
            return;
        }

        using var taskset = Process.Start(new ProcessStartInfo("taskset", ["-acp", cores, Environment.ProcessId.ToString()]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        taskset.StandardOutput.ReadToEnd();
        taskset.WaitForExit();
        if (taskset.ExitCode != 0)
        {
            throw new InvalidOperationException($"This program could not be put on the cores {cores}.");
        }
    }

    /// <param name="started">What this program started itself, in words; null: the shop was there before, wherever it runs.</param>
    public string Describe(string? started) => started is null
        ? $"{Environment.ProcessorCount} cores. The load runs on {ForLoad ?? "all"}; the shop was started by somebody else, and perhaps shares them."
        : ForLoad is null
            ? $"{Environment.ProcessorCount} cores, shared by all: the load, {started}."
            : $"{Environment.ProcessorCount} cores. Pinned: the load on {ForLoad}; on {ForShop}, shared: {started}.";

    private static string Range(int first, int last) => first == last ? $"{first}" : $"{first}-{last}";
}
