using System.Globalization;

namespace Commerce.Benchmarks.Scale;

/// <summary>What a journey costs, in milliseconds of a core unless said otherwise. The defaults are the figures of README.md, or derived from them; options of the same name replace them.</summary>
internal sealed record Costs
{
    /// <summary>Of a silo and its front end: measured with everything on two cores.</summary>
    public double Silo { get; init; } = 1.5;

    /// <summary>Of the machine that the load comes from: what is left of the two cores that were measured.</summary>
    public double Load { get; init; } = 0.67;

    /// <summary>Of the database for one commit of a batch.</summary>
    public double Commit { get; init; } = 0.024;

    /// <summary>Of the database for the histories that are read. How what is left of its 0.6 ms divides between this and the home is an assumption.</summary>
    public double Reads { get; init; } = 0.10;

    /// <summary>Of the home database for grain storage and read models.</summary>
    public double Home { get; init; } = 0.16;

    /// <summary>Of a silo for a call that goes to another, both sides together. An assumption.</summary>
    public double Hop { get; init; } = 0.06;

    /// <summary>Until a batch is on the disk, beside what it costs; waited for, not worked.</summary>
    public double Flush { get; init; } = 0.2;

    /// <summary>Of the grain of a SKU for a reservation, in its turn.</summary>
    public double Reservation { get; init; } = 0.0115;

    /// <summary>Durable commits of a journey.</summary>
    public int Commits { get; init; } = 14;

    /// <summary>Events of a journey.</summary>
    public int Events { get; init; } = 20;

    /// <summary>Kilobytes of write-ahead log of a journey.</summary>
    public double Log { get; init; } = 26;

    /// <summary>Megabytes of it that a database's disk takes a second. An assumption.</summary>
    public double Disk { get; init; } = 1_000;

    /// <summary>Events that one partition's reader delivers a second.</summary>
    public double Delivery { get; init; } = 12_500;

    public static Costs Of(string[] args)
    {
        var costs = new Costs();
        return costs with
        {
            Silo = Given("--silo", costs.Silo),
            Load = Given("--load", costs.Load),
            Commit = Given("--commit", costs.Commit),
            Reads = Given("--reads", costs.Reads),
            Home = Given("--home", costs.Home),
            Hop = Given("--hop", costs.Hop),
            Flush = Given("--flush", costs.Flush),
            Reservation = Given("--reservation", costs.Reservation),
            Commits = (int)Given("--commits", costs.Commits),
            Events = (int)Given("--events", costs.Events),
            Log = Given("--log", costs.Log),
            Disk = Given("--disk", costs.Disk),
            Delivery = Given("--delivery", costs.Delivery),
        };

        double Given(string option, double otherwise) =>
            Array.IndexOf(args, option) is var at and >= 0 && at + 1 < args.Length ? double.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
    }
}
