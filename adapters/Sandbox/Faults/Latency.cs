namespace Commerce.Sandbox;

/// <summary>How long requests wait that do not all wait the same.</summary>
internal abstract record Latency
{
    private const int Longest = 600_000;

    private Latency()
    {
    }

    /// <summary>One wait, in milliseconds.</summary>
    public abstract int Draw(Random random);

    /// <summary>Every wait between the two is as likely as another.</summary>
    public sealed record Uniform(int Least, int Most) : Latency
    {
        public override int Draw(Random random) => random.Next(Least, Most + 1);
    }

    /// <summary>As latencies over a network mostly are: many short waits and a long tail.</summary>
    public sealed record LogNormal(int Median, int P99) : Latency
    {
        /// <summary>The standard normal distribution's 99th percentile.</summary>
        private const double Z99 = 2.326347874;

        public override int Draw(Random random)
        {
            var sigma = Math.Log((double)P99 / Median) / Z99;
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            return (int)Math.Min(Longest, Median * Math.Exp(sigma * normal));
        }
    }
}
