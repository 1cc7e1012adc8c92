using HdrHistogram;

namespace Commerce.Benchmarks.Scale;

/// <summary>What is simulated.</summary>
/// <param name="Cores">Of each silo.</param>
/// <param name="DatabaseCores">Of each shard; 0: the silo, its database and the load share the silo's cores, as where it was measured.</param>
/// <param name="Clients">Who buy one after the other, without thinking.</param>
/// <param name="Hot">The part of the journeys that want the same SKU, from 0 to 1.</param>
/// <param name="Buckets">Into how many grains that SKU is split.</param>
/// <param name="Spread">Whether what the home database does is shared out to all shards, which is not built.</param>
internal sealed record Deployment(int Silos, int Cores, int Shards, int DatabaseCores, int Clients, double Hot = 0, int Buckets = 1, bool Spread = false);

/// <param name="Home">How busy the home database's cores are, from 0 to 1; likewise the others.</param>
internal sealed record Outcome(double Rate, double P50, double P99, double SiloCores, double HomeCores, double ShardCores, double Disk);

/// <summary>
/// The shop as queues: silos and databases are cores that work is done on in turn; a silo's writer to a shard sends whatever waits as one batch, and the
/// next when it is on the disk; a SKU's grain takes reservations in its turn and has one commit in flight. Closed: whoever is served comes again.
/// </summary>
/// <remarks>What is not in it makes it faster than the truth: collections of garbage, checkpoints of the server, the network's own time, membership.</remarks>
internal sealed class Shop
{
    /// <summary>As in the writer.</summary>
    private const int MaxBatch = 512;

    private readonly PriorityQueue<Action, double> agenda = new();
    private readonly LongHistogram latencies = new(600_000_000, 3);
    private readonly Costs costs;
    private readonly Deployment deployment;
    private readonly Random chance = new(4711);
    private readonly Cores[] silos, databases;
    private readonly Disk[] disks;
    private readonly Writer[] writers;
    private readonly HotItem[] items;
    private double now;
    private bool counts;

    private Shop(Costs costs, Deployment deployment)
    {
        (this.costs, this.deployment) = (costs, deployment);
        silos = [.. Enumerable.Range(0, deployment.Silos).Select(_ => new Cores(this, deployment.Cores))];
        databases = [.. Enumerable.Range(0, deployment.Shards).Select(shard => deployment.DatabaseCores == 0 ? silos[shard] : new Cores(this, deployment.DatabaseCores))];
        disks = [.. databases.Select(_ => new Disk())];
        writers = [.. from silo in Enumerable.Range(0, deployment.Silos) from shard in Enumerable.Range(0, deployment.Shards) select new Writer(this, shard)];
        items = [.. Enumerable.Range(0, deployment.Buckets).Select(bucket => new HotItem(this, bucket % deployment.Silos, bucket % deployment.Shards))];
    }

    /// <param name="seconds">Simulated, after as many to come into step.</param>
    public static Outcome Run(Costs costs, Deployment deployment, double seconds)
    {
        var shop = new Shop(costs, deployment);
        for (var client = 0; client < deployment.Clients; client++)
        {
            shop.At(shop.chance.NextDouble() * 0.05, shop.Begin);
        }

        shop.Until(seconds);
        foreach (var station in shop.silos.Concat(shop.databases))
        {
            station.Worked = 0;
        }

        foreach (var disk in shop.disks)
        {
            disk.Worked = 0;
        }

        shop.counts = true;
        shop.Until(seconds * 2);
        return new Outcome(
            shop.latencies.TotalCount / seconds,
            shop.latencies.GetValueAtPercentile(50) / 1000.0,
            shop.latencies.GetValueAtPercentile(99) / 1000.0,
            shop.silos.Average(silo => silo.Worked) / seconds / deployment.Cores,
            shop.databases[0].Worked / seconds / shop.databases[0].Count,
            shop.databases[^1].Worked / seconds / shop.databases[^1].Count,
            shop.disks.Max(disk => disk.Worked) / seconds);
    }

    private void Until(double end)
    {
        while (agenda.TryPeek(out _, out var at) && at < end)
        {
            agenda.TryDequeue(out var act, out now);
            act!();
        }

        now = end;
    }

    private void At(double time, Action act) => agenda.Enqueue(act, time);

    private double Around(double milliseconds) => -Math.Log(1 - chance.NextDouble()) * milliseconds / 1000;

    private void Begin() => new Journey(this, now, chance.NextDouble() < deployment.Hot).Step();

    /// <summary>One shopper: as many steps as commits, each some work in a silo, now and then a look into a database, and a commit.</summary>
    private sealed class Journey(Shop shop, double began, bool isHot)
    {
        private int done, silo = -1;

        public void Step()
        {
            var costs = shop.costs;
            if (done == costs.Commits)
            {
                if (shop.counts)
                {
                    shop.latencies.RecordValue(Math.Max(1, (long)((shop.now - began) * 1_000_000)));
                }

                shop.Begin();
                return;
            }

            var next = shop.chance.Next(shop.deployment.Silos);
            var work = (costs.Silo + (shop.deployment.DatabaseCores == 0 ? costs.Load : 0)) / costs.Commits;
            work += next == silo || silo < 0 ? 0 : costs.Hop;
            silo = next;
            shop.silos[silo].Work(shop.Around(work), Look);
        }

        private void Look()
        {
            // A journey looks into the home three times, and into a shard twice.
            var (costs, shard) = (shop.costs, shop.chance.Next(shop.deployment.Shards));
            switch (done)
            {
                case 0 or 5 or 9:
                    shop.databases[shop.deployment.Spread ? shard : 0].Work(shop.Around(costs.Home / 3), () => Commit(shard));
                    break;
                case 1 or 7:
                    shop.databases[shard].Work(shop.Around(costs.Reads / 2), () => Commit(shard));
                    break;
                default:
                    Commit(shard);
                    break;
            }
        }

        private void Commit(int shard)
        {
            done++;
            if (isHot && (done == shop.costs.Commits / 2 || done == shop.costs.Commits - 1))
            {
                shop.items[shop.chance.Next(shop.items.Length)].Take(Step); // reserved, and later allocated
            }
            else
            {
                shop.writers[(silo * shop.deployment.Shards) + shard].Append(Step);
            }
        }
    }

    /// <summary>So many cores, first come, first served.</summary>
    private sealed class Cores(Shop shop, int count)
    {
        private readonly Queue<(double Work, Action Then)> waiting = new();
        private int busy;

        public int Count => count;

        public double Worked { get; set; }

        public void Work(double seconds, Action then)
        {
            if (busy == count)
            {
                waiting.Enqueue((seconds, then));
                return;
            }

            busy++;
            Start(seconds, then);
        }

        private void Start(double seconds, Action then) => shop.At(shop.now + seconds, () =>
        {
            Worked += seconds;
            if (waiting.TryDequeue(out var next))
            {
                Start(next.Work, next.Then);
            }
            else
            {
                busy--;
            }

            then();
        });
    }

    /// <summary>What its log takes of a second.</summary>
    private sealed class Disk
    {
        public double FreeAt { get; set; }

        public double Worked { get; set; }
    }

    /// <summary>A silo's writer to one shard.</summary>
    private sealed class Writer(Shop shop, int shard)
    {
        private readonly Queue<Action> waiting = new();
        private bool isWriting;

        public void Append(Action then)
        {
            waiting.Enqueue(then);
            if (!isWriting)
            {
                isWriting = true;
                Write();
            }
        }

        private void Write()
        {
            var batch = new Action[Math.Min(MaxBatch, waiting.Count)];
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i] = waiting.Dequeue();
            }

            var costs = shop.costs;
            shop.databases[shard].Work(shop.Around(costs.Commit * batch.Length), () =>
            {
                var disk = shop.disks[shard];
                var takes = costs.Log / costs.Commits / 1000 * batch.Length / costs.Disk;
                disk.FreeAt = Math.Max(disk.FreeAt, shop.now) + takes;
                disk.Worked += takes;
                shop.At(disk.FreeAt + shop.Around(costs.Flush), () => Done(batch));
            });
        }

        private void Done(Action[] batch)
        {
            isWriting = waiting.Count > 0;
            if (isWriting)
            {
                Write();
            }

            foreach (var then in batch)
            {
                then();
            }
        }
    }

    /// <summary>The grain of a SKU that many want at once: in its turn, on one core, with one commit in flight.</summary>
    private sealed class HotItem(Shop shop, int silo, int shard)
    {
        private readonly Cores turn = new(shop, 1);
        private List<Action> gathered = [];
        private bool isCommitting;

        public void Take(Action then) => turn.Work(shop.costs.Reservation / 1000, () =>
        {
            gathered.Add(then);
            if (!isCommitting)
            {
                Commit();
            }
        });

        private void Commit()
        {
            isCommitting = true;
            var together = gathered;
            gathered = [];
            shop.writers[(silo * shop.deployment.Shards) + shard].Append(() =>
            {
                isCommitting = false;
                if (gathered.Count > 0)
                {
                    Commit();
                }

                foreach (var then in together)
                {
                    then();
                }
            });
        }
    }
}
