namespace Appliance.Storage.Sql;

/// <summary>
/// One statement. <see cref="Start"/> it, bind its parameters in order, then <see cref="Execute"/> it or read its
/// <see cref="Rows"/>. Used by the thread that uses its connection.
/// </summary>
internal abstract class Statement
{
    /// <summary>Begins a new set of parameters.</summary>
    public abstract Statement Start();

    public abstract Statement Bind(long value);

    public abstract Statement Bind(long? value);

    public abstract Statement Bind(Guid value);

    public abstract Statement Bind(Guid? value);

    /// <summary>Binds 16 big-endian bytes.</summary>
    public abstract Statement Bind(UInt128 value);

    public abstract Statement Bind(UInt128? value);

    public abstract Statement Bind(ReadOnlySpan<byte> value);

    public abstract Statement Bind(byte[]? value);

    public abstract Statement Bind(string? value);

    /// <summary>Runs to the end.</summary>
    /// <returns>Rows changed.</returns>
    public abstract int Execute();

    /// <summary>The rows; dispose them to reset the statement.</summary>
    public Rows Rows() => new(this);

    /// <summary>Advances to the next row. False at the end.</summary>
    internal abstract bool Step();

    internal abstract void Reset();

    internal abstract bool IsNull(int column);

    internal abstract long Int64(int column);

    /// <summary>Valid until the next step or reset.</summary>
    internal abstract ReadOnlySpan<byte> Span(int column);

    internal abstract string Text(int column);

    /// <summary>An id. Bytes of another length are nobody's id and read as the empty one.</summary>
    internal abstract Guid Guid(int column);
}
