using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Appliance.Storage.Sql;

namespace Appliance.Storage.Sqlite;

/// <summary>
/// A prepared statement of SQLite. Bytes are copied into a buffer of the statement's own, so binding allocates nothing.
/// </summary>
internal sealed unsafe class SqliteStatement(Database database, string sql) : Statement
{
    private const uint Persistent = 1;
    private const nint Static = 0;
    private const nint Transient = -1;
    private const int BufferSize = 512;
    private const int NullType = 5;

    private nint _handle;
    private byte* _buffer;
    private int _used;
    private int _index;

    /// <summary>Compiles the statement at its first use and begins a new set of parameters.</summary>
    public override SqliteStatement Start()
    {
        if (_handle == 0)
        {
            Compile();
        }

        _used = 0;
        _index = 0;
        return this;
    }

    public override SqliteStatement Bind(long value)
    {
        Check(Sqlite3.sqlite3_bind_int64(_handle, ++_index, value));
        return this;
    }

    public override SqliteStatement Bind(long? value) => value is { } some ? Bind(some) : BindNull();

    public override SqliteStatement Bind(Guid value)
    {
        if (BufferSize - _used < 16)
        {
            Span<byte> bytes = stackalloc byte[16];
            value.TryWriteBytes(bytes, bigEndian: true, out _);
            return Bind(bytes);
        }

        var target = _buffer + _used;
        value.TryWriteBytes(new Span<byte>(target, 16), bigEndian: true, out _);
        _used += 16;
        Check(Sqlite3.sqlite3_bind_blob(_handle, ++_index, target, 16, Static));
        return this;
    }

    public override SqliteStatement Bind(Guid? value) => value is { } some ? Bind(some) : BindNull();

    /// <summary>Binds 16 big-endian bytes.</summary>
    public override SqliteStatement Bind(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return Bind(bytes);
    }

    public override SqliteStatement Bind(UInt128? value) => value is { } some ? Bind(some) : BindNull();

    public override SqliteStatement Bind(ReadOnlySpan<byte> value)
    {
        if (value.Length > BufferSize - _used)
        {
            fixed (byte* source = value)
            {
                Check(Sqlite3.sqlite3_bind_blob(_handle, ++_index, source, value.Length, Transient));
            }

            return this;
        }

        var target = _buffer + _used;
        value.CopyTo(new Span<byte>(target, value.Length));
        _used += value.Length;
        Check(Sqlite3.sqlite3_bind_blob(_handle, ++_index, target, value.Length, Static));
        return this;
    }

    public override SqliteStatement Bind(byte[]? value) => value is null ? BindNull() : Bind(value.AsSpan());

    public override SqliteStatement Bind(string? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        if (Encoding.UTF8.GetMaxByteCount(value.Length) > BufferSize - _used)
        {
            var utf8 = Encoding.UTF8.GetBytes(value);
            fixed (byte* source = utf8)
            {
                // A null pointer would bind NULL, so an empty string points anywhere.
                var text = source is null ? _buffer : source;
                Check(Sqlite3.sqlite3_bind_text(_handle, ++_index, text, utf8.Length, Transient));
            }

            return this;
        }

        var target = _buffer + _used;
        var length = Encoding.UTF8.GetBytes(value, new Span<byte>(target, BufferSize - _used));
        _used += length;
        Check(Sqlite3.sqlite3_bind_text(_handle, ++_index, target, length, Static));
        return this;
    }

    public SqliteStatement BindNull()
    {
        Check(Sqlite3.sqlite3_bind_null(_handle, ++_index));
        return this;
    }

    /// <summary>Runs to the end and resets.</summary>
    /// <returns>Rows changed.</returns>
    public override int Execute()
    {
        while (Step())
        {
            // Rows of a RETURNING clause that nobody wants.
        }

        Reset();
        return database.Changes;
    }

    /// <summary>Called by the owning connection only.</summary>
    public void Release()
    {
        if (_handle != 0)
        {
            _ = Sqlite3.sqlite3_finalize(_handle);
            NativeMemory.Free(_buffer);
            _handle = 0;
        }
    }

    internal override bool Step()
    {
        var code = Sqlite3.sqlite3_step(_handle);
        if (code == ResultCode.Row)
        {
            return true;
        }

        if (code == ResultCode.Done)
        {
            return false;
        }

        var error = database.Error(code, sql);
        Reset();
        throw error;
    }

    /// <remarks>The result repeats the error of the last step, which was thrown there.</remarks>
    internal override void Reset() => _ = Sqlite3.sqlite3_reset(_handle);

    internal override long Int64(int column) => Sqlite3.sqlite3_column_int64(_handle, column);

    internal override bool IsNull(int column) => Sqlite3.sqlite3_column_type(_handle, column) == NullType;

    internal override string Text(int column) => Encoding.UTF8.GetString(Span(column));

    internal override Guid Guid(int column)
        => Span(column) is { Length: 16 } bytes ? new Guid(bytes, bigEndian: true) : System.Guid.Empty;

    /// <summary>The bytes of a BLOB or of UTF-8 text.</summary>
    internal override ReadOnlySpan<byte> Span(int column)
    {
        var pointer = Sqlite3.sqlite3_column_blob(_handle, column);
        return new ReadOnlySpan<byte>(pointer, Sqlite3.sqlite3_column_bytes(_handle, column));
    }

    private void Compile()
    {
        var utf8 = Encoding.UTF8.GetBytes(sql);
        fixed (byte* text = utf8)
        {
            var code = Sqlite3.sqlite3_prepare_v3(database.Handle, text, utf8.Length, Persistent, out var handle, 0);
            if (code != ResultCode.Ok)
            {
                throw database.Error(code, sql);
            }

            _handle = handle;
            _buffer = (byte*)NativeMemory.Alloc(BufferSize);
        }
    }

    private void Check(int code)
    {
        if (code != ResultCode.Ok)
        {
            throw database.Error(code, sql);
        }
    }
}
