namespace Appliance.Storage.Sqlite;

/// <summary>
/// Carries the write-ahead log into the database on a thread and connection of its own, so that no commit waits for it.
/// SQLite starts the log afresh only when the writer finds all of it carried over. Under steady load that moment never
/// comes by itself, so the thread goes on until the rest is short and the writer carries that over between two
/// transactions.
/// </summary>
/// <remarks>
/// The thread must not begin a checkpoint while all of the log is carried over: should the writer start the log afresh
/// at that very moment, SQLite before 3.51.3 takes frames of the new log for carried that are not, and they are lost
/// (https://sqlite.org/wal.html#walresetbug). It begins one only when it knows of commits that are not carried over,
/// and where the writer steps in and carries them, <see cref="_passes"/> keeps the two apart.
/// </remarks>
internal sealed class Checkpointer : IDisposable
{
    private const int StartFrames = 2_000;
    private const int ShortRest = 64;
    private const int MaxPasses = 6;

    /// <summary>So far behind, the writer does it all, and what keeps the thread from it comes to light.</summary>
    private const int TooManyFrames = 32 * StartFrames;

    private readonly Database _writer;
    private readonly Database _database;
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly Lock _passes = new();
    private readonly Thread _thread;
    private volatile Stage _stage = Stage.Idle;
    private volatile bool _stopping;
    private volatile bool _scrub;

    public Checkpointer(string path, Database writer)
    {
        _writer = writer;
        _database = Database.Open(path, readOnly: false);
        _database.Execute("PRAGMA synchronous = FULL");
        _thread = new Thread(Run) { Name = "Store checkpoint", IsBackground = true };
        _thread.Start();
    }

    private enum Stage
    {
        Idle,
        Carrying,
        RestIsShort,
    }

    /// <summary>True while the log may hold what was deleted before <see cref="RequestScrub"/>.</summary>
    public bool IsScrubPending => _scrub;

    /// <summary>Has the writer carry all of the log over and cut it off, as soon as no reader looks at it.</summary>
    public void RequestScrub() => _scrub = true;

    /// <summary>Called by the writer between two transactions.</summary>
    public void BeforeBegin()
    {
        if (_scrub)
        {
            Scrub();
        }
        else if (_stage == Stage.RestIsShort)
        {
            _stage = Stage.Idle;
            _writer.Checkpoint();
        }
        else if (_writer.WalFrames >= TooManyFrames)
        {
            StepIn();
        }
    }

    /// <summary>Called by the writer after its commit.</summary>
    public void AfterCommit()
    {
        if (_stage == Stage.Idle && _writer.WalFrames >= StartFrames)
        {
            _stage = Stage.Carrying;
            _wake.Set();
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
        _database.Dispose();
    }

    private void Run()
    {
        while (_wake.WaitOne() && !_stopping)
        {
            try
            {
                CarryUntilTheRestIsShort();
            }
            catch (StoreException)
            {
                // The next commit tries again; see TooManyFrames for what happens when that never helps.
                _stage = Stage.Idle;
            }
        }
    }

    private void CarryUntilTheRestIsShort()
    {
        for (var pass = 0; pass < MaxPasses && !_stopping; pass++)
        {
            lock (_passes)
            {
                if (_stage != Stage.Carrying)
                {
                    return;
                }

                var carried = _database.Checkpoint();
                if (_writer.WalFrames - carried <= ShortRest || pass == MaxPasses - 1)
                {
                    _stage = Stage.RestIsShort;
                    return;
                }
            }
        }
    }

    /// <summary>Nobody waits: where a reader is in the way, the next transaction's beginning tries again.</summary>
    private void Scrub()
    {
        lock (_passes)
        {
            _stage = Stage.Idle;
            _scrub = !_writer.TryCutLog();
        }
    }

    /// <summary>Waits for the thread's pass, and has it end after that one.</summary>
    private void StepIn()
    {
        lock (_passes)
        {
            _stage = Stage.Idle;
            _writer.Checkpoint();
        }
    }
}
