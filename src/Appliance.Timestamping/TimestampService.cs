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
    public TimestampService(
        IReadOnlyList<TimestampUnit> units,
        CommitLoop ledger,
        SlotGroup slots,
        Func<bool>? mayDispatch,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(units);
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(slots);
        ArgumentNullException.ThrowIfNull(time);
        Units = units;
        _units = units.ToFrozenDictionary(unit => unit.Options.Name, StringComparer.Ordinal);
        var pipeline = new StampPipeline(ledger, slots, mayDispatch ?? (static () => true), time);
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
        ArgumentNullException.ThrowIfNull(call.Unit, nameof(call));
        return _pools.TryGetValue(call.Unit, out var pool)
            ? pool.Rent().StartAsync(call)
            : throw new ArgumentException($"{call.Unit.Options.Name} is no unit of this authority.", nameof(call));
    }
}
