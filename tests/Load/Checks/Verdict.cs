using System.Globalization;
using Commerce.Load.Measuring;

namespace Commerce.Load.Checks;

/// <summary>What the shop's books say of a run.</summary>
/// <param name="Sold">Orders that buyers were told of.</param>
/// <param name="Refused">By reason.</param>
/// <param name="Oversold">Units in live orders beyond what ever came in, over all SKUs. 0, or it is broken.</param>
/// <param name="Unbalanced">SKUs whose units do not add up: what came in is available, reserved or in live orders.</param>
/// <param name="Lost">Orders that a buyer was told of and that are not there.</param>
/// <param name="Duplicates">Orders beyond one for the same key or the same cart.</param>
/// <param name="Phantoms">Orders of buyers who were told that they have none.</param>
/// <param name="Held">Units that were still held when the books were read, although nothing was under way.</param>
/// <param name="Examples">Of what is wrong.</param>
internal sealed record Verdict(
    long Sold, IReadOnlyList<Refusals> Refused, long Oversold, int Unbalanced, int Lost, int Duplicates, int Phantoms, long Held, long UnderWay, bool IsSample, IReadOnlyList<string> Examples)
{
    /// <summary>What else should have been true of this run, and was not.</summary>
    public IReadOnlyList<string> Broken { get; init; } = [];

    public bool IsSound => Broken.Count == 0 && Oversold == 0 && Unbalanced == 0 && Lost == 0 && Duplicates == 0 && Phantoms == 0 && Held == 0 && UnderWay == 0;

    public void Print(TextWriter to)
    {
        to.WriteLine($"sold {Number(Sold)}; refused: {(Refused.Count == 0 ? "nobody" : string.Join(", ", Refused.Select(static one => $"{one.Reason} {Number(one.Count)}")))}");
        to.WriteLine($"oversold {Oversold}, lost {Lost}{(IsSample ? " (of a sample)" : "")}, duplicates {Duplicates}, phantoms {Phantoms}, SKUs whose units do not add up {Unbalanced}, units still held {Held}, checkouts without an end {UnderWay}");
        foreach (var example in Examples.Concat(Broken))
        {
            to.WriteLine("  " + example);
        }

        to.WriteLine(IsSound ? "Every invariant holds." : "AN INVARIANT IS BROKEN.");
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

internal readonly record struct Refusals(string Reason, long Count);
