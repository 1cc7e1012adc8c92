using BenchmarkDotNet.Running;
using Commerce.Benchmarks.Databases;
using Commerce.Benchmarks.Drops;
using Commerce.Benchmarks.Growth;
using Commerce.Benchmarks.Journeys;
using Commerce.Benchmarks.Pricing;

// journeys [options]     the load program: whole journeys over HTTP, see README.md
// events [options]       from commit to SSE clients (--clients), while journeys run (--shoppers, --rate)
// storage DATABASE [S]   commits to both journals beside AdoNet, S seconds each
// carts --count N        idle carts, to see what they weigh
// activation DATABASE    how long a long-lived aggregate takes to come to life
// basket URL ADMINKEY    a cart of 100 lines with 10 promotions, over HTTP
// entries N [DATABASE]   N people come to a waiting room, in process
// anything else          BenchmarkDotNet's own switches: --filter '*Journal*'
return args switch
{
    ["journeys", .. var rest] => await JourneyLoad.Run(rest),
    ["events", .. var rest] => await JourneyLoad.RunEvents(rest),
    ["carts", .. var rest] => await JourneyLoad.RunCarts(rest),
    ["storage", var database, .. var seconds] => await StorageRace.Run(database, seconds is [var given] ? double.Parse(given) : 5),
    ["basket", .. var rest] => await LargeCart.Run(rest),
    ["entries", var people, .. var database] => await Entries.Run(people, database is [var given] ? given : null),
    ["activation", var database] => await Activation.Run(database),
    _ => BenchmarkSwitcher.FromAssembly(typeof(JourneyLoad).Assembly).Run(args).Any() ? 0 : 1,
};
