using System.Globalization;
using Commerce.Crash;
using Xunit.Abstractions;

namespace Commerce.Faults;

/// <summary>What was done to a cluster when, beside what its clients saw in that second.</summary>
internal sealed class Timeline(Crowd crowd, ITestOutputHelper output)
{
    private readonly List<(TimeSpan At, string What)> notes = [];

    public void Note(string what)
    {
        lock (notes)
        {
            notes.Add((crowd.Now, what));
        }
    }

    /// <summary>Longest time in which nobody was given an answer that helped: 2xx, or a refusal of the domain.</summary>
    public TimeSpan LongestOutage()
    {
        var served = crowd.Endings.Where(ending => ending.Status is < 500 and not 429).Select(ending => ending.At + ending.Took).Order().ToList();
        return served.Zip(served.Skip(1), static (one, next) => next - one).DefaultIfEmpty().Max();
    }

    public void Print()
    {
        var endings = crowd.Endings.ToLookup(a => (int)(a.At + a.Took).TotalSeconds);
        var noted = notes.ToLookup(note => (int)note.At.TotalSeconds);
        output.WriteLine("second  orders  answers  slowest  errors");
        for (var second = 0; second <= Math.Max(endings.Max(a => a.Key), noted.Max(n => n.Key)); second++)
        {
            var answers = endings[second].ToList();
            var errors = answers.Where(a => a.Status is null or >= 500 or 429).GroupBy(a => a.Status?.ToString(CultureInfo.InvariantCulture) ?? "no answer").Select(same => $"{same.Key} × {same.Count()}");
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{second,6}  {answers.Count(IsOrder),6}  {answers.Count,7}  {answers.Select(a => a.Took.TotalSeconds).DefaultIfEmpty().Max(),6:0.0}s  {string.Join(", ", errors)}"));
            foreach (var note in noted[second])
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"        {note.At.TotalSeconds,6:0.0} s: {note.What}"));
            }
        }

        foreach (var same in crowd.Endings.GroupBy(a => a.What).OrderBy(same => same.Key, StringComparer.Ordinal))
        {
            var times = same.Select(a => a.Took.TotalMilliseconds).Order().ToList();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{same.Key}: {times.Count} × p50 {times[times.Count / 2]:0} ms, p99 {times[(int)(times.Count * 0.99)]:0} ms, longest {times[^1]:0} ms; {same.Count(a => a.Status is null or >= 500)} without a helpful answer"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"longest outage seen by the clients: {LongestOutage().TotalSeconds:0.0} s"));
        foreach (var said in crowd.Endings.Where(a => a.Status is null or >= 500).GroupBy(a => (a.Status, Complaint: Short(a.Complaint))).OrderByDescending(same => same.Count()).Take(12))
        {
            output.WriteLine($"{said.Count()} × {said.Key.Status?.ToString(CultureInfo.InvariantCulture) ?? "no answer"}: {said.Key.Complaint}");
        }
    }

    private static bool IsOrder(Ending ending) => ending is { What: "POST /v1/checkouts", Status: 201 };

    private static string Short(string? said)
    {
        var detail = said?.IndexOf("\"detail\"", StringComparison.Ordinal) is > 0 and var at ? said[at..] : said ?? "";
        return detail.Length <= 160 ? detail : detail[..160];
    }
}
