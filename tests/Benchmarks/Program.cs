using BenchmarkDotNet.Running;
using Commerce.Benchmarks.Journeys;

// journeys [options]     the load program: whole journeys over HTTP, see README.md
// anything else          BenchmarkDotNet's own switches: --filter '*Journal*'
return args is ["journeys", .. var rest]
    ? await JourneyLoad.Run(rest)
    : BenchmarkSwitcher.FromAssembly(typeof(JourneyLoad).Assembly).Run(args).Any() ? 0 : 1;
