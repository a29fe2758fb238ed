using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>What changes in activations.</summary>
internal sealed class ActivationUpdates
{
    private readonly ColumnOf<long> _sequence = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _state = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _remaining = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<byte[]> _states = new(NpgsqlDbType.Bytea);
    private readonly ColumnOf<long> _next = new(NpgsqlDbType.Bigint);

    public ActivationUpdates() => Statement = new SetStatement(
        "UPDATE activation a SET state = w.state, remaining = w.remaining, states = w.states, " +
        "next_ordinal = w.next FROM unnest($1, $2, $3, $4, $5) AS w (seq, state, remaining, states, next) " +
        "WHERE a.seq = w.seq",
        _sequence,
        _state,
        _remaining,
        _states,
        _next);

    public SetStatement Statement { get; }

    public void Add(long sequence, LoadedActivation activation)
    {
        _sequence.Add(sequence);
        _state.Add((long)activation.Check.State);
        _remaining.Add(activation.Check.Remaining);
        // A copy: what is sent must not change while the next piece of work is applied.
        _states.Add([.. activation.States]);
        _next.Add(activation.NextOrdinal);
        Statement.EndRow();
    }
}
