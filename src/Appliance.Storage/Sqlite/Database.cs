using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Appliance.Storage.Sql;

namespace Appliance.Storage.Sqlite;

/// <summary>One SQLite connection, used by one thread at a time.</summary>
internal sealed unsafe class Database : SqlSession, IDisposable
{
    private const int OpenReadOnly = 0x1;
    private const int OpenReadWrite = 0x2;
    private const int OpenNoMutex = 0x8000;
    private const int OpenExtendedResultCodes = 0x2000000;
    private const int CheckpointPassive = 0;
    private const int CheckpointTruncate = 3;
    private const int BusyMilliseconds = 5_000;

    private readonly List<SqliteStatement> _statements = [];
    private readonly int* _walFrames;
    private nint _handle;

    private Database(nint handle)
    {
        _handle = handle;
        _walFrames = (int*)NativeMemory.AllocZeroed(sizeof(int));
    }

    /// <summary>The native connection.</summary>
    public nint Handle => _handle;

    /// <summary>Whether a transaction is open. SQLite ends one after some failures (disk full, I/O).</summary>
    public bool InTransaction => Sqlite3.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Rows changed by the last statement.</summary>
    public int Changes => Sqlite3.sqlite3_changes(_handle);

    /// <summary>The number that the last insert was given.</summary>
    public long LastInsertRowId => Sqlite3.sqlite3_last_insert_rowid(_handle);

    /// <summary>Frames in the write-ahead log after this connection's last commit; readable from any thread.</summary>
    public int WalFrames => Volatile.Read(ref *_walFrames);

    public static Database Open(string path, bool readOnly)
    {
        var flags = (readOnly ? OpenReadOnly : OpenReadWrite) | OpenNoMutex | OpenExtendedResultCodes;
        var code = Sqlite3.sqlite3_open_v2(path, out var handle, flags, 0);
        var database = new Database(handle);
        if (code != ResultCode.Ok)
        {
            var error = database.Error(code, path);
            database.Dispose();
            throw error;
        }

        _ = Sqlite3.sqlite3_busy_timeout(handle, BusyMilliseconds);
        return database;
    }

    /// <summary>Turns the automatic checkpoint of this connection off and counts log frames instead.</summary>
    public void CountWalFrames() => _ = Sqlite3.sqlite3_wal_hook(_handle, &OnWalCommit, _walFrames);

    /// <summary>Runs constant SQL: migrations, pragmas, transaction control.</summary>
    public void Execute(string sql)
    {
        var utf8 = new byte[Encoding.UTF8.GetByteCount(sql) + 1];
        Encoding.UTF8.GetBytes(sql, utf8);
        fixed (byte* text = utf8)
        {
            var code = Sqlite3.sqlite3_exec(_handle, text, 0, 0, 0);
            if (code != ResultCode.Ok)
            {
                throw Error(code, "running a script");
            }
        }
    }

    /// <summary>Sets how much memory the page cache may take. Pragmas take no parameters, hence the text.</summary>
    public void SetCacheSize(int kib)
        => Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA cache_size = -{kib};"));

    public override SqliteStatement Prepare(string sql)
    {
        var statement = new SqliteStatement(this, sql);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Copies what it can from the log into the database without waiting for anyone.</summary>
    /// <returns>How many frames of the log are in the database now.</returns>
    public int Checkpoint()
    {
        var code = Sqlite3.sqlite3_wal_checkpoint_v2(_handle, 0, CheckpointPassive, out _, out var carried);
        if ((code & 0xFF) is not (ResultCode.Ok or ResultCode.Busy or ResultCode.Locked))
        {
            throw Error(code, "checkpoint");
        }

        return carried;
    }

    /// <summary>Copies all of the log into the database and cuts its file off, without waiting for anyone.</summary>
    /// <returns>False when a reader is in the way.</returns>
    public bool TryCutLog()
    {
        _ = Sqlite3.sqlite3_busy_timeout(_handle, 0);
        try
        {
            var code = Sqlite3.sqlite3_wal_checkpoint_v2(_handle, 0, CheckpointTruncate, out _, out _);
            return (code & 0xFF) switch
            {
                ResultCode.Ok => true,
                ResultCode.Busy or ResultCode.Locked => false,
                _ => throw Error(code, "cutting the log off"),
            };
        }
        finally
        {
            _ = Sqlite3.sqlite3_busy_timeout(_handle, BusyMilliseconds);
        }
    }

    public StoreException Error(int code, string doing)
    {
        var words = Marshal.PtrToStringUTF8((nint)Sqlite3.sqlite3_errmsg(_handle)) ?? "no message";
        return new StoreException(
            ResultCode.Classify(code),
            code,
            string.Create(CultureInfo.InvariantCulture, $"SQLite error {code} ({words}): {doing}"));
    }

    public void Dispose()
    {
        if (_handle == 0)
        {
            return;
        }

        foreach (var statement in _statements)
        {
            statement.Release();
        }

        _ = Sqlite3.sqlite3_close_v2(_handle);
        _handle = 0;
        NativeMemory.Free(_walFrames);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWalCommit(void* context, nint database, byte* schema, int frames)
    {
        Volatile.Write(ref *(int*)context, frames);
        return ResultCode.Ok;
    }
}
