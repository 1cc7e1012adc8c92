using System.Text.Json.Serialization;

namespace Commerce.Allotments;

/// <summary>So many units of something that can run out: taken, given back, confirmed. Keyed by <c>alm_…</c>, which follows from what is counted.</summary>
/// <remarks>
/// Reentrant: what many callers ask at once becomes one commit. Every operation is idempotent by its id, in both directions: a take that arrives after it was
/// given back takes nothing. The limit comes with the take, since whoever publishes it may change it; what was taken before is not called back.
/// </remarks>
[Alias("commerce.allotment"), GrainInterfaceType("commerce.allotment")]
public interface IAllotmentGrain : IGrainWithStringKey
{
    /// <summary>Takes units, or none when fewer are left. Asked again for what is taken, it is a read. Holds until it is given back: nothing expires here.</summary>
    [Alias("take")]
    Task<TakeAnswer> Take(string operationId, int units, int limit);

    /// <summary>Undoes an operation, whether it has arrived yet or not.</summary>
    [Alias("give-back")]
    Task GiveBack(string operationId);

    /// <summary>The units belong to an order now, and the operation is not asked for again: a day later it is a number in a sum.</summary>
    [Alias("confirm")]
    Task Confirm(string operationId);

    /// <summary>An order gives back what it was confirmed, however long ago.</summary>
    [Alias("return")]
    Task Return(string operationId, int units);

    /// <summary>Units that can still be taken, were that the limit.</summary>
    [Alias("left"), AlwaysInterleave]
    Task<int> Left(int limit);
}

/// <param name="Taken">Whether the operation has its units.</param>
/// <param name="Left">What was left, when it has not.</param>
[GenerateSerializer, Immutable, Alias("commerce.allotment.answer")]
public sealed record TakeAnswer([property: Id(0)] bool Taken, [property: Id(1)] int Left);

[GenerateSerializer, Alias("commerce.allotment.status"), JsonConverter(typeof(JsonStringEnumConverter<TakeStatus>))]
public enum TakeStatus
{
    [JsonStringEnumMemberName("held")] Held = 0,
    [JsonStringEnumMemberName("confirmed")] Confirmed = 1,
    [JsonStringEnumMemberName("given_back")] GivenBack = 2,

    /// <summary>Given back before it arrived.</summary>
    [JsonStringEnumMemberName("void")] Void = 3,
}

public static class AllotmentGrains
{
    extension(IGrainFactory grains)
    {
        /// <summary>The allotment that counts what <paramref name="key"/> names: <c>coupon:WELCOME10</c>. The key may name a person, and is not kept.</summary>
        public IAllotmentGrain Allotment(string key) => grains.GetGrain<IAllotmentGrain>(Identity.Of(Identity.Allotment, key));
    }
}
