using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Journal;

/// <summary>
/// The base of every aggregate: folds its events on activation, and makes what it decides durable before anybody hears of it.
/// </summary>
/// <remarks>
/// <para>A grain decides on <see cref="State"/>, which holds what is decided although it may still be on its way to the disk, and shows
/// <see cref="Durable"/>. In a grain that is not reentrant the two differ only while it awaits its own commit.</para>
/// <para>One commit is under way at a time. What is decided meanwhile waits and goes out together as the next one: this is what makes one
/// hot stock item fast.</para>
/// <para>A commit that lost its fence, or of which it is not known whether it was written, ends the activation: the callers' repetition meets
/// the true state in the next one.</para>
/// </remarks>
internal abstract class AggregateGrain<TState, TEvent> : Grain, IAggregate
    where TState : class, IAggregateState<TState, TEvent>
    where TEvent : class
{
    private IJournal journal = null!;
    private readonly Queue<Batch> waiting = [];

    /// <summary>The last that waits: what is decided now goes out with it, if it has room.</summary>
    private Batch? open;
    private Task? underWay;
    private bool flushing;
    private CommerceException? broken;
    private (TState State, Operations Operations) head = (TState.Initial, Operations.None);
    private long sequence;
    private long snapshotVersion;
    private long snapshotSequence;

    /// <summary>The history was not looked up, since there should be none; the first commit proves it.</summary>
    private bool isPresumedNew;

    protected string Id => this.GetPrimaryKeyString();

    protected TimeProvider Clock { get; private set; } = TimeProvider.System;

    /// <summary>UTC, in whole microseconds: what the journal keeps, so that a state folded again is the same to the tick.</summary>
    protected DateTimeOffset Now
    {
        get
        {
            var now = Clock.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        }
    }

    /// <summary>As decided: what the next decision is made on.</summary>
    protected TState State => head.State;

    /// <summary>As stored: what may be shown.</summary>
    protected TState Durable { get; private set; } = TState.Initial;

    /// <summary>Version of <see cref="Durable"/>.</summary>
    protected long Version { get; private set; }

    protected Operations Operations => head.Operations;

    /// <summary>Commits between snapshots; 0: the history is short and needs none.</summary>
    protected virtual int SnapshotEvery => 0;

    /// <summary>Whether the commit that is written now takes a snapshot with it.</summary>
    /// <param name="commits">Since the last snapshot, with this one.</param>
    /// <param name="events">Since the last snapshot, with this commit's.</param>
    protected virtual bool IsSnapshotDue(long commits, long events) => SnapshotEvery > 0 && commits >= SnapshotEvery;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        journal = ServiceProvider.GetRequiredService<IJournal>();
        Clock = ServiceProvider.GetRequiredService<TimeProvider>();

        if (Newborn.IsAnnounced(Id))
        {
            isPresumedNew = true;
            return;
        }

        var history = await journal.Load(Id);
        if (history.Snapshot is { } bytes)
        {
            var snapshot = JsonSerializer.Deserialize(bytes, JournalJson.Default.GetTypeInfo(typeof(Snapshot<TState>))!) as Snapshot<TState>
                ?? throw new InvalidOperationException($"The snapshot of '{Id}' is empty.");
            head = (snapshot.State, snapshot.Restore());
            (Version, snapshotVersion, sequence, snapshotSequence) = (history.Version, history.Version, snapshot.Sequence, snapshot.Sequence);
        }

        foreach (var commit in history.Tail)
        {
            foreach (var happened in EventCodec<TEvent>.Read(commit.Events))
            {
                head.State = head.State.Apply(happened, commit.At);
                sequence++;
            }

            if (commit.IdempotencyKey is { } key)
            {
                head.Operations = head.Operations.Add(key, commit.Fingerprint);
            }

            Version = commit.Version;
        }

        Durable = head.State;
    }

    public virtual Task Wake() => Task.CompletedTask;

    /// <summary>Refuses what the caller's conditions rule out; true when this very request has been carried out before.</summary>
    protected bool IsRepeated(Request request)
    {
        if (Operations.Contains(request))
        {
            return true;
        }

        // What is on its way counts: of two who saw the same version only one decides on it.
        var decided = Version + waiting.Count + (underWay is null ? 0 : 1);
        return request.IfMatch is { } expected && expected != decided
            ? throw new CommerceException(CommonErrors.Stale(expected, decided))
            : false;
    }

    /// <summary>Completes when everything decided so far is durable: what a repeated call waits for before it answers with an effect still under way.</summary>
    protected Task Settled() => broken is null ? open?.Done.Task ?? underWay ?? Task.CompletedTask : Task.FromException(broken);

    /// <summary>Before it is told that there is nothing: an aggregate that was announced as new looks once whether that is so.</summary>
    protected Task DemandNew() => isPresumedNew ? DemandCurrent() : Task.CompletedTask;

    /// <summary>
    /// Before something is refused for good, without a commit that would be fenced: while a silo leaves, there may be two activations of an aggregate
    /// for a moment, and the one that has fallen behind must not say no for the other.
    /// </summary>
    protected async Task DemandCurrent()
    {
        var history = await journal.Load(Id);
        var stored = history.Tail.IsEmpty ? history.Version : history.Tail[^1].Version;
        var decided = Version + waiting.Count + (underWay is null ? 0 : 1); // now: other calls of a reentrant grain went on meanwhile
        if (stored > decided)
        {
            ServiceProvider.GetRequiredService<ILogger<AggregateGrain<TState, TEvent>>>().FellBehind(Id, decided, stored);
            DeactivateOnIdle();
            throw new CommerceException(CommonErrors.LostFence(Id));
        }
    }

    /// <summary>Applies the events and completes when they are durable.</summary>
    protected Task Commit(params ReadOnlySpan<TEvent> events) => Commit(null, events);

    /// <summary>Applies the events for a request, whose key is remembered with them, and completes when they are durable.</summary>
    protected Task Commit(Request? request, params ReadOnlySpan<TEvent> events)
    {
        if (broken is not null)
        {
            return Task.FromException(broken);
        }

        // Two requests with a key never share a commit: its row has room for one.
        var batch = open is { } last && (last.Request?.Key is null || request?.Key is null) ? last : new Batch(Now);
        var (state, operations) = head;
        foreach (var happened in events)
        {
            state = state.Apply(happened, batch.At);
        }

        if (state.Violation is { } violation)
        {
            throw new InvalidOperationException($"Commit refused, '{Id}' would be wrong: {violation}");
        }

        if (request?.Key is { } key)
        {
            operations = operations.Add(key, request.Fingerprint);
            batch.Request = request;
        }

        head = (state, operations);
        batch.Add(events, head);
        if (batch != open)
        {
            // Only now: a decision that was refused leaves nothing waiting.
            waiting.Enqueue(open = batch);
        }

        if (!flushing)
        {
            _ = Flush();
        }

        return batch.Done.Task;
    }

    private async Task Flush()
    {
        flushing = true;
        while (waiting.TryDequeue(out var batch))
        {
            open = batch == open ? null : open;
            underWay = batch.Done.Task;
            try
            {
                if (!await journal.Append(ToCommit(batch)))
                {
                    throw new CommerceException(CommonErrors.LostFence(Id));
                }
            }
            catch (Exception failure)
            {
                Break(batch, failure);
                break;
            }

            Version++;
            isPresumedNew = false;
            sequence += batch.Events.Count;
            Durable = batch.After.State;
            batch.Done.SetResult();
        }

        underWay = null;
        flushing = false;
    }

    private Commit ToCommit(Batch batch)
    {
        var version = Version + 1;
        byte[]? snapshot = null;
        if (IsSnapshotDue(version - snapshotVersion, sequence + batch.Events.Count - snapshotSequence))
        {
            snapshot = JsonSerializer.SerializeToUtf8Bytes(
                Snapshot<TState>.Of(batch.After.State, batch.After.Operations, sequence + batch.Events.Count),
                JournalJson.Default.GetTypeInfo(typeof(Snapshot<TState>))!);
            (snapshotVersion, snapshotSequence) = (version, sequence + batch.Events.Count);
        }

        return new Commit
        {
            Aggregate = Id,
            Version = version,
            FirstSequence = sequence + 1,
            EventCount = batch.Events.Count,
            Events = EventCodec<TEvent>.Write(batch.Events, batch.Correlations),
            At = batch.At,
            WakeAt = batch.After.State.WakeAt,
            CorrelationId = batch.CorrelationId,
            CausationId = batch.CausationId,
            TraceParent = batch.TraceParent,
            IdempotencyKey = batch.Request?.Key,
            Fingerprint = batch.Request?.Fingerprint,
            Snapshot = snapshot,
        };
    }

    private void Break(Batch batch, Exception failure)
    {
        broken = failure as CommerceException
            ?? new CommerceException(CommonErrors.Unavailable($"It is not known whether the last change of '{Id}' was stored. Repeat the request with the same key.", TimeSpan.FromSeconds(1)));
        ServiceProvider.GetRequiredService<ILogger<AggregateGrain<TState, TEvent>>>().CommitFailed(Id, Version + 1, failure);
        batch.Done.SetException(broken);
        while (waiting.TryDequeue(out var later))
        {
            later.Done.SetException(broken);
        }

        open = null;
        DeactivateOnIdle();
    }

    /// <summary>Events that go out as one commit.</summary>
    private sealed class Batch(DateTimeOffset at)
    {
        public DateTimeOffset At { get; } = at;
        public List<TEvent> Events { get; } = [];
        public List<string?> Correlations { get; } = [];
        public (TState State, Operations Operations) After { get; private set; }
        public Request? Request { get; set; }
        public string? CorrelationId { get; } = RequestContext.Get(Correlation.Id) as string;
        public string? CausationId { get; } = RequestContext.Get(Correlation.Cause) as string;
        public string? TraceParent { get; } = Activity.Current?.Id ?? RequestContext.Get(Correlation.Trace) as string;
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Add(ReadOnlySpan<TEvent> events, (TState State, Operations Operations) after)
        {
            var correlation = RequestContext.Get(Correlation.Id) as string;
            foreach (var happened in events)
            {
                Events.Add(happened);
                Correlations.Add(correlation == CorrelationId ? null : correlation);
            }

            After = after;
        }
    }
}

/// <summary>Names under which a request's origin travels with every grain call.</summary>
internal static class Correlation
{
    public const string Id = "correlation-id", Cause = "causation-id", Trace = "traceparent";
}

/// <summary>An aggregate's state at a version, kept so that activation reads the tail only.</summary>
internal sealed record Snapshot<TState>(TState State, long Sequence, ImmutableArray<RememberedKey> Keys)
{
    public static Snapshot<TState> Of(TState state, Operations operations, long sequence) =>
        new(state, sequence, [.. operations.Order.Select(key => new RememberedKey(key, operations.Seen[key]))]);

    public Operations Restore() => Keys.Aggregate(Operations.None, static (all, key) => all.Add(key.Key, key.Fingerprint));
}

internal sealed record RememberedKey(string Key, string? Fingerprint);

internal static partial class AggregateLog
{
    [LoggerMessage(1, LogLevel.Warning, "Commit {Version} of {Aggregate} failed; the activation ends and the callers repeat")]
    public static partial void CommitFailed(this ILogger logger, string aggregate, long version, Exception failure);

    [LoggerMessage(2, LogLevel.Warning, "An activation of {Aggregate} at {Version} fell behind another, which is at {Stored}; it ends instead of refusing what it was asked for")]
    public static partial void FellBehind(this ILogger logger, string aggregate, long version, long stored);
}
