using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>One column of the rows that a set-based statement takes: an array as its parameter.</summary>
internal abstract class Column
{
    public abstract void Clear();

    public abstract NpgsqlParameter ToParameter();
}
