using System.Runtime.CompilerServices;

namespace Commerce.Tests.Unit;

/// <summary>How many cases each property is tried with: 2,000, and 100,000 when <c>COMMERCE_LONG_RUN</c> is 1. A single property may say otherwise at its call.</summary>
internal static class Cases
{
    private const int Usual = 2_000, LongRun = 100_000;

    [ModuleInitializer]
    internal static void Choose() => Check.Iter = Environment.GetEnvironmentVariable("COMMERCE_LONG_RUN") == "1" ? LongRun : Usual;
}
