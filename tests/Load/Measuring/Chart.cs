using ScottPlot;
using ScottPlot.TickGenerators;

namespace Commerce.Load.Measuring;

/// <summary>A run as a picture: above, how many of each outcome a second; in the middle, their p99; below, latency by percentile.</summary>
internal static class Chart
{
    private const int Width = 1200, Height = 1100;

    private static readonly Color[] Colours =
    [
        Color.FromHex("#2a6fbb"), Color.FromHex("#d1495b"), Color.FromHex("#3a9d5d"), Color.FromHex("#edae49"), Color.FromHex("#7b5ea7"), Color.FromHex("#5c6770"),
    ];

    private static readonly double[] Percentiles = [50, 95, 99, 99.9, 100];

    public static void Draw(Report report, string path)
    {
        var colours = report.Latencies.Select(static (one, index) => (one.Kind, Colour: Colours[index % Colours.Length])).ToDictionary(static one => one.Kind, static one => one.Colour);
        var picture = new Multiplot();
        picture.AddPlots(3);
        var (rates, tails, percentiles) = (picture.GetPlot(0), picture.GetPlot(1), picture.GetPlot(2));
        Rates(rates, report, colours);
        Tails(tails, report, colours);
        ByPercentile(percentiles, report, colours);
        picture.SavePng(path, Width, Height);
    }

    private static void Rates(Plot plot, Report report, Dictionary<string, Color> colours)
    {
        Style(plot, $"{report.Name}, {report.At:yyyy-MM-dd HH:mm} UTC: outcomes a second");
        foreach (var kind in report.Moments.GroupBy(static moment => moment.Kind))
        {
            var before = 0.0;
            var (at, rate) = (new List<double>(), new List<double>());
            foreach (var moment in kind.OrderBy(static moment => moment.Second))
            {
                var lasted = moment.Second - before;
                before = moment.Second;
                if (lasted > 0.5) // the last one is cut short
                {
                    at.Add(moment.Second);
                    rate.Add(moment.Count / Math.Min(lasted, 1.5));
                }
            }

            Line(plot, kind.Key, at, rate, colours);
        }

        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(0, Math.Max(1, plot.Axes.GetLimits().Top * 1.1));
        plot.Axes.SetLimitsX(0, End(report));
        plot.YLabel("a second");
        plot.ShowLegend(Alignment.UpperRight);
    }

    private static void Tails(Plot plot, Report report, Dictionary<string, Color> colours)
    {
        Style(plot, "p99 of each second");
        foreach (var kind in report.Moments.GroupBy(static moment => moment.Kind))
        {
            // A second without any is a gap.
            Line(plot, kind.Key, [.. kind.Select(static moment => moment.Second)], [.. kind.Select(static moment => moment.Count > 0 ? moment.P99 : double.NaN)], colours);
        }

        plot.Axes.SetLimitsY(0, Math.Max(1, report.Moments.Select(static moment => moment.P99).DefaultIfEmpty().Max() * 1.1));
        plot.Axes.SetLimitsX(0, End(report));
        plot.YLabel("ms");
        plot.XLabel("seconds since the run began");
        plot.HideLegend();
    }

    /// <summary>On a logarithmic axis: what the slowest met stands beside what most met.</summary>
    private static void ByPercentile(Plot plot, Report report, Dictionary<string, Color> colours)
    {
        Style(plot, "latency by percentile");
        foreach (var one in report.Latencies.Where(static one => one.Count > 0))
        {
            double[] latencies = [one.P50, one.P95, one.P99, one.P999, one.Max];
            Line(plot, one.Kind, [.. Enumerable.Range(0, Percentiles.Length).Select(static index => (double)index)], [.. latencies.Select(static ms => Math.Log10(Math.Max(ms, 0.01)))], colours);
        }

        var (least, most) = Range(report);
        double[] ticks = [.. Steps.Where(step => step >= least && step <= most)];
        plot.Axes.Left.TickGenerator = new NumericManual([.. ticks.Select(Math.Log10)], [.. ticks.Select(static ms => ms.ToString("#,0.##"))]);
        plot.Axes.SetLimitsY(Math.Log10(least), Math.Log10(most));
        plot.Axes.Bottom.TickGenerator = new NumericManual([0, 1, 2, 3, 4], ["p50", "p95", "p99", "p99.9", "max"]);
        plot.Axes.SetLimitsX(-0.2, Percentiles.Length - 0.8);
        plot.YLabel("ms");
        plot.HideLegend();
    }

    /// <summary>1, 2, 5, 10, 20, 50 …: from ten microseconds to ten minutes.</summary>
    private static IEnumerable<double> Steps => Enumerable.Range(-2, 8).SelectMany(static power => new[] { 1.0, 2, 5 }.Select(step => step * Math.Pow(10, power)));

    /// <summary>Whole steps around everything that was measured.</summary>
    private static (double Least, double Most) Range(Report report)
    {
        var measured = report.Latencies.Where(static one => one.Count > 0).ToArray();
        return measured.Length == 0
            ? (1, 10)
            : (Steps.Last(step => step <= Math.Max(0.01, measured.Min(static one => one.P50))), Steps.First(step => step >= measured.Max(static one => one.Max)));
    }

    private static double End(Report report) => Math.Max(1, report.Moments.Select(static moment => moment.Second).DefaultIfEmpty().Max() * 1.01);

    private static void Line(Plot plot, string kind, List<double> x, List<double> y, Dictionary<string, Color> colours)
    {
        var line = plot.Add.Scatter(x, y, colours.GetValueOrDefault(kind, Colours[^1]));
        line.LegendText = kind;
        line.LineWidth = 2;
        line.MarkerSize = x.Count > 60 ? 0 : 5;
    }

    private static void Style(Plot plot, string title)
    {
        plot.Title(title, 15);
        plot.Grid.MajorLineColor = Color.FromHex("#e4e7ea");
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true, MinorTickGenerator = new EvenlySpacedMinorTickGenerator(1) };
    }
}
