using BenchmarkDotNet.Running;
using Commerce.Benchmarks.Databases;
using Commerce.Benchmarks.Drops;
using Commerce.Benchmarks.Growth;
using Commerce.Benchmarks.Http;
using Commerce.Benchmarks.Inventory;
using Commerce.Benchmarks.Pricing;
using Commerce.Benchmarks.Scale;

// What is put on a running shop over HTTP is in tests/Load.
// storage DATABASE [S]   commits to both journals beside AdoNet, S seconds each
// shards S DATABASE… commits to a journal in one database and in several, S seconds each
// scale [options]        a simulation of more silos and shards than fit on a machine, see docs/scale.md
// activation DATABASE    how long a long-lived aggregate takes to come to life
// basket URL ADMINKEY    a cart of 100 lines with 10 promotions, over HTTP
// hot DATABASE [S]       durable reservations of one SKU through its grain, in process, S seconds each
// bare URL FILE          a Kestrel that answers GET / with the bytes of a file: the floor under every read
// entries N [DATABASE]   N people come to a waiting room, in process
// anything else          BenchmarkDotNet's own switches: --filter '*Journal*'
return args switch
{
    ["storage", var database, .. var seconds] => await StorageRace.Run(database, seconds is [var given] ? double.Parse(given) : 5),
    ["shards", var seconds, .. { Length: > 1 } databases] => await ShardRace.Run(double.Parse(seconds), databases),
    ["scale", .. var rest] => ScaleSimulation.Run(rest),
    ["basket", .. var rest] => await LargeCart.Run(rest),
    ["hot", var database, .. var seconds] => await HotSku.Run(database, seconds is [var given] ? double.Parse(given) : 5),
    ["bare", var url, var file] => await BareEndpoint.Run(url, file),
    ["entries", var people, .. var database] => await Entries.Run(people, database is [var given] ? given : null),
    ["activation", var database] => await Activation.Run(database),
    _ => BenchmarkSwitcher.FromAssembly(typeof(HotSku).Assembly).Run(args).Any() ? 0 : 1,
};
