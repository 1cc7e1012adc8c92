using BenchmarkDotNet.Running;
using Commerce.Benchmarks.Journeys;

// journeys [options]     the load program: whole journeys over HTTP, see README.md
// events [options]       from commit to SSE clients (--clients), while journeys run (--shoppers, --rate)
// anything else          BenchmarkDotNet's own switches: --filter '*Journal*'
return args is ["journeys", .. var rest]
    ? await JourneyLoad.Run(rest)
    : args is ["events", .. var more] ? await JourneyLoad.RunEvents(more)
    : BenchmarkSwitcher.FromAssembly(typeof(JourneyLoad).Assembly).Run(args).Any() ? 0 : 1;
