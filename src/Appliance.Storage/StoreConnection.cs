using Appliance.Storage.Sqlite;

namespace Appliance.Storage;

/// <summary>
/// One connection to the store and its tables. Used by one thread at a time. Reading works with or without a
/// transaction; a write outside of one is a transaction of its own.
/// </summary>
public sealed class StoreConnection : IDisposable
{
    private readonly Database _database;
    private readonly Statement _begin;
    private readonly Statement _beginRead;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _savepoint;
    private readonly Statement _rollbackTo;
    private readonly Statement _release;

    internal StoreConnection(Database database)
    {
        _database = database;
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _beginRead = database.Prepare("BEGIN");
        _commit = database.Prepare("COMMIT");
        _rollback = database.Prepare("ROLLBACK");
        _savepoint = database.Prepare("SAVEPOINT item");
        _rollbackTo = database.Prepare("ROLLBACK TO item");
        _release = database.Prepare("RELEASE item");
        Meta = new MetaTable(database);
        Incarnations = new IncarnationTable(database);
        RootKeys = new RootKeyTable(database);
        RefusedPins = new RefusedPinTable(database);
        Signers = new SignerTable(database);
        Profiles = new ProfileTable(database);
        Credentials = new CredentialTable(database);
        Factors = new FactorTable(database);
        AccessTokens = new AccessTokenTable(database);
        Activations = new ActivationTable(database);
        ActivationHashes = new ActivationHashTable(database);
        Reservations = new ReservationTable(database);
        Outcomes = new OutcomeTable(database);
        Audit = new AuditTable(database);
    }

    /// <summary>Facts about the installation.</summary>
    public MetaTable Meta { get; }

    /// <summary>The starts of nodes.</summary>
    public IncarnationTable Incarnations { get; }

    /// <summary>The wrapped copies of the root key.</summary>
    public RootKeyTable RootKeys { get; }

    /// <summary>The PINs that tokens refused.</summary>
    public RefusedPinTable RefusedPins { get; }

    /// <summary>The signers.</summary>
    public SignerTable Signers { get; }

    /// <summary>The signers' profiles.</summary>
    public ProfileTable Profiles { get; }

    /// <summary>The credentials and their certificates.</summary>
    public CredentialTable Credentials { get; }

    /// <summary>The signers' factors.</summary>
    public FactorTable Factors { get; }

    /// <summary>The tokens that Identity issued.</summary>
    public AccessTokenTable AccessTokens { get; }

    /// <summary>What authorisations granted.</summary>
    public ActivationTable Activations { get; }

    /// <summary>The authorised hash occurrences.</summary>
    public ActivationHashTable ActivationHashes { get; }

    /// <summary>The requests in flight.</summary>
    public ReservationTable Reservations { get; }

    /// <summary>The results of requests that carry an id.</summary>
    public OutcomeTable Outcomes { get; }

    /// <summary>The audit trail.</summary>
    public AuditTable Audit { get; }

    /// <summary>Whether a transaction is open. A full disk or an I/O error may have ended it.</summary>
    public bool InTransaction => _database.InTransaction;

    /// <summary>Who keeps the log short; set on the writer only.</summary>
    internal Checkpointer? Checkpointer { get; set; }

    /// <summary>The connection beneath, for benchmarks and tests.</summary>
    internal Database Database => _database;

    /// <summary>Opens a transaction that writes.</summary>
    public void Begin()
    {
        Checkpointer?.BeforeBegin();
        _begin.Start().Execute();
    }

    /// <summary>Makes the transaction durable: it is synced when this returns.</summary>
    /// <exception cref="StoreException">Nothing was committed; the transaction must be rolled back.</exception>
    public void Commit()
    {
        _commit.Start().Execute();
        Checkpointer?.AfterCommit();
    }

    /// <summary>Undoes the open transaction, if there is one.</summary>
    public void Rollback()
    {
        if (InTransaction)
        {
            _rollback.Start().Execute();
        }
    }

    /// <summary>Marks a point in the transaction to which <see cref="UndoSavepoint"/> goes back. No nesting.</summary>
    public void Savepoint() => _savepoint.Start().Execute();

    /// <summary>Keeps what was done since <see cref="Savepoint"/>.</summary>
    public void KeepSavepoint() => _release.Start().Execute();

    /// <summary>Undoes what was done since <see cref="Savepoint"/>; the transaction stays open.</summary>
    public void UndoSavepoint()
    {
        _rollbackTo.Start().Execute();
        _release.Start().Execute();
    }

    /// <summary>How durable a commit is: PRAGMA journal_mode and PRAGMA synchronous ("wal" and 2, FULL).</summary>
    public (string JournalMode, int Synchronous) ReadDurability()
    {
        using var mode = _database.Prepare("PRAGMA journal_mode").Start().Rows();
        using var synchronous = _database.Prepare("PRAGMA synchronous").Start().Rows();
        return (mode.Next() ? mode.Text(0) : "", synchronous.Next() ? synchronous.Int32(0) : 0);
    }

    /// <summary>Closes the connection; an open transaction is undone.</summary>
    public void Dispose() => _database.Dispose();

    internal void BeginRead() => _beginRead.Start().Execute();
}
