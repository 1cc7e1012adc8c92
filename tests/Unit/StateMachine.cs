using System.Reflection;
using System.Text.Json.Serialization;

namespace Commerce.Tests.Unit;

/// <summary>A state machine's table as lines of text, so that one assertion pins every edge and proves every other pair refused.</summary>
internal static class StateMachine
{
    /// <summary>UTC; any time will do.</summary>
    public static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Every event type of an aggregate.</summary>
    public static IEnumerable<Type> EventsOf<TEvent>() =>
        typeof(TEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(derived => derived.DerivedType);

    /// <summary>Every pair of a state (null: none yet) and an event type, with what follows.</summary>
    public static IEnumerable<(TStatus? From, Type Happened, TStatus? To)> Pairs<TStatus, TEvent>(Func<TStatus?, Type, TStatus?> next)
        where TStatus : struct, Enum =>
        from status in Enum.GetValues<TStatus>().Select(s => (TStatus?)s).Prepend(null)
        from happened in EventsOf<TEvent>()
        select (status, happened, next(status, happened));

    public static IEnumerable<string> Edges<TStatus>(IEnumerable<(TStatus? From, Type Happened, TStatus? To)> pairs)
        where TStatus : struct, Enum =>
        from pair in pairs
        where pair.To is not null
        select $"{pair.From?.ToString() ?? "-"} --{pair.Happened.Name}--> {pair.To}";

    /// <summary>That the samples have one of each event, so that no event is left out of what they are used for.</summary>
    public static Dictionary<Type, TEvent> One<TEvent>(params TEvent[] samples)
        where TEvent : class
    {
        var byType = samples.ToDictionary(sample => sample.GetType());
        Assert.Equal(EventsOf<TEvent>().ToHashSet(), byType.Keys.ToHashSet());
        return byType;
    }

    public static CommerceError Refused(Action act) => Assert.Throws<CommerceException>(act).Error;
}
