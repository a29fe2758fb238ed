using Npgsql;
using NpgsqlTypes;

namespace Appliance.Storage.Postgres;

/// <summary>A column of one type.</summary>
internal sealed class ColumnOf<T>(NpgsqlDbType type) : Column
{
    private readonly List<T> _values = [];

    public void Add(T value) => _values.Add(value);

    public override void Clear() => _values.Clear();

    /// <summary>The array is the parameter's own: the column may be filled anew while it is sent.</summary>
    public override NpgsqlParameter ToParameter() => new NpgsqlParameter<T[]>
    {
        NpgsqlDbType = NpgsqlDbType.Array | type,
        TypedValue = [.. _values],
    };
}
