using System.Collections.Frozen;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Timestamping.Issuing;

namespace Appliance.Timestamping;

/// <summary>
/// The authority: 1 a request is read and decided in memory, so that a bad one costs nothing; 2 its intent is recorded,
/// and what it costs is taken, in the ledger's group commit; 3 the session's thread reads the clock, encodes and signs;
/// 4 what was made is checked against its request and leaves; 5 its record rides in the next commit. Any thread.
/// </summary>
public sealed class TimestampService
{
    private readonly FrozenDictionary<string, TimestampUnit> _units;
    private readonly FrozenDictionary<TimestampUnit, StampPool> _pools;

    /// <summary>Makes the authority.</summary>
    /// <param name="units">Its units, the default one first; the caller disposes them after the last call.</param>
    /// <param name="ledger">Where intents become durable.</param>
    /// <param name="slots">Where the units' keys are.</param>
    /// <param name="mayDispatch">False while others may take this node for dead; null for always.</param>
    /// <param name="time">The clock of audit records.</param>
    /// <param name="metrics">Counts what becomes of calls; the caller disposes them. Null for nobody.</param>
    public TimestampService(
        IReadOnlyList<TimestampUnit> units,
        CommitLoop ledger,
        SlotGroup slots,
        Func<bool>? mayDispatch,
        TimeProvider time,
        TimestampMetrics? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(units);
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(slots);
        ArgumentNullException.ThrowIfNull(time);
        Units = units;
        _units = units.ToFrozenDictionary(unit => unit.Options.Name, StringComparer.Ordinal);
        var pipeline = new StampPipeline(ledger, slots, mayDispatch ?? (static () => true), time, metrics);
        _pools = units.ToFrozenDictionary(unit => unit, unit => new StampPool(pipeline, unit));
    }

    /// <summary>The units, the default one first.</summary>
    public IReadOnlyList<TimestampUnit> Units { get; }

    /// <summary>The unit of a name; null when there is none.</summary>
    public TimestampUnit? Find(string name) => _units.GetValueOrDefault(name);

    /// <summary>Answers one request. Never throws for what a caller did wrong.</summary>
    /// <param name="call">What is asked.</param>
    /// <returns>To be awaited once.</returns>
    /// <exception cref="ArgumentException">The unit is not of this authority.</exception>
    public ValueTask<StampResult> StampAsync(in StampCall call)
    {
        var operation = Rent(call);
        var failure = operation.Prepare(call);
        return failure == TimestampFailure.None
            ? operation.StartAsync()
            : new ValueTask<StampResult>(StampResult.Failed(failure));
    }

    /// <summary>
    /// Starts several requests: what they need is made first, then all intents are handed to the ledger together, so
    /// that one group commit can take them.
    /// </summary>
    /// <param name="calls">What is asked.</param>
    /// <param name="results">Gets the task of each; as many as calls, each to be awaited once.</param>
    /// <exception cref="ArgumentException">A unit is not of this authority.</exception>
    public void StampAll(ReadOnlySpan<StampCall> calls, Span<ValueTask<StampResult>> results)
    {
        var operations = new StampOperation?[calls.Length];
        for (var i = 0; i < calls.Length; i++)
        {
            var operation = Rent(calls[i]);
            var failure = operation.Prepare(calls[i]);
            if (failure == TimestampFailure.None)
            {
                operations[i] = operation;
            }
            else
            {
                results[i] = new ValueTask<StampResult>(StampResult.Failed(failure));
            }
        }

        for (var i = 0; i < operations.Length; i++)
        {
            if (operations[i] is { } operation)
            {
#pragma warning disable CA2012 // Each is awaited once, by who gave the span.
                results[i] = operation.StartAsync();
#pragma warning restore CA2012
            }
        }
    }

    private StampOperation Rent(in StampCall call)
    {
        ArgumentNullException.ThrowIfNull(call.Unit, nameof(call));
        return _pools.TryGetValue(call.Unit, out var pool)
            ? pool.Rent()
            : throw new ArgumentException($"{call.Unit.Options.Name} is no unit of this authority.", nameof(call));
    }
}
