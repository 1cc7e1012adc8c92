using System.Collections.Concurrent;
using System.Reflection;

namespace Commerce.Tests.Unit.Api;

/// <summary>A grain factory whose grains answer what a test says. What was not scripted fails the call.</summary>
public class ScriptedGrains : DispatchProxy
{
    private readonly ConcurrentDictionary<Type, Func<object, object>> grains = new();

    public static (IGrainFactory Factory, ScriptedGrains Script) Create()
    {
        var factory = Create<IGrainFactory, ScriptedGrains>();
        return (factory, (ScriptedGrains)(object)factory);
    }

    /// <summary>Every call of a grain of that interface, whatever its key, is answered by <paramref name="answer"/>.</summary>
    public void On<T>(Func<object, string, object?[], object?> answer)
        where T : class => grains[typeof(T)] = key => ScriptedGrain.Create<T>((method, arguments) => answer(key, method, arguments));

    public void On<T>(T grain)
        where T : class => grains[typeof(T)] = _ => grain;

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(IGrainFactory.GetGrain) && targetMethod.IsGenericMethod
            ? grains.TryGetValue(targetMethod.GetGenericArguments()[0], out var make)
                ? make(args![0]!)
                : throw new NotSupportedException($"{targetMethod.GetGenericArguments()[0].Name} is not scripted.")
            : throw new NotSupportedException(targetMethod.Name);
}

public class ScriptedGrain : DispatchProxy
{
    private Func<string, object?[], object?> answer = static (_, _) => null;

    public static T Create<T>(Func<string, object?[], object?> answer)
        where T : class
    {
        var grain = DispatchProxy.Create<T, ScriptedGrain>();
        ((ScriptedGrain)(object)grain).answer = answer;
        return grain;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => answer(targetMethod!.Name, args ?? []);
}
