using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>Segments of states that are new or have changed.</summary>
internal sealed class SegmentWrites
{
    private readonly ColumnOf<long> _sequence = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<long> _segment = new(NpgsqlDbType.Bigint);
    private readonly ColumnOf<byte[]> _states = new(NpgsqlDbType.Bytea);

    public SegmentWrites() => Statement = new SetStatement(
        "INSERT INTO activation_segment (activation_seq, segment, states) SELECT * FROM unnest($1, $2, $3) " +
        "ON CONFLICT (activation_seq, segment) DO UPDATE SET states = excluded.states",
        _sequence,
        _segment,
        _states);

    public SetStatement Statement { get; }

    public void Add(long sequence, int segment, byte[] states)
    {
        _sequence.Add(sequence);
        _segment.Add(segment);
        // A copy: what is sent must not change while the next piece of work is applied.
        _states.Add([.. states]);
        Statement.EndRow();
    }
}
