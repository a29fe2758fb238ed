namespace Appliance.Storage.Sqlite;

/// <summary>A connection to the file.</summary>
internal sealed class SqliteConnection : StoreConnection
{
    /// <summary>PRAGMA synchronous = FULL.</summary>
    private const int FullSync = 2;

    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _beginRead;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly SqliteStatement _savepoint;
    private readonly SqliteStatement _rollbackTo;
    private readonly SqliteStatement _release;

    public SqliteConnection(Database database)
        : base(database)
    {
        Database = database;
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _beginRead = database.Prepare("BEGIN");
        _commit = database.Prepare("COMMIT");
        _rollback = database.Prepare("ROLLBACK");
        _savepoint = database.Prepare("SAVEPOINT item");
        _rollbackTo = database.Prepare("ROLLBACK TO item");
        _release = database.Prepare("RELEASE item");
        var incarnation = new SqliteIncarnation();
        Incarnations = new SqliteIncarnationTable(database, incarnation);
        Activations = new SqliteActivationTable(database);
        ActivationHashes = new SqliteActivationHashTable(database);
        Packages = new SqlitePackageTable(database);
        SignatureDigests = new SqliteSignatureDigestTable(database);
        TimestampQuotas = new SqliteTimestampQuotaTable(database);
        Reservations = new SqliteReservationTable(database);
        Outcomes = new SqliteOutcomeTable(database);
        Audit = new SqliteAuditTable(database, incarnation);
    }

    public override IncarnationTable Incarnations { get; }

    public override ActivationTable Activations { get; }

    public override ActivationHashTable ActivationHashes { get; }

    public override PackageTable Packages { get; }

    public override SignatureDigestTable SignatureDigests { get; }

    public override TimestampQuotaTable TimestampQuotas { get; }

    public override ReservationTable Reservations { get; }

    public override OutcomeTable Outcomes { get; }

    public override AuditTable Audit { get; }

    public override bool InTransaction => Database.InTransaction;

    /// <summary>Who keeps the log short; set on the writer only.</summary>
    public Checkpointer? Checkpointer { get; set; }

    /// <summary>The connection beneath.</summary>
    public Database Database { get; }

    public override void Begin(StoreKeys? keys)
    {
        Checkpointer?.BeforeBegin();
        Audit.State.Begin();
        _begin.Start().Execute();
    }

    /// <summary>From now on until <see cref="Rollback"/> all that is read is of one moment.</summary>
    public void BeginRead() => _beginRead.Start().Execute();

    public override void Commit()
    {
        _commit.Start().Execute();
        Audit.State.Commit();
        Checkpointer?.AfterCommit();
    }

    public override void Rollback()
    {
        Audit.State.Rollback();
        if (InTransaction)
        {
            _rollback.Start().Execute();
        }
    }

    public override void Savepoint()
    {
        Audit.State.Mark();
        _savepoint.Start().Execute();
    }

    public override void KeepSavepoint() => _release.Start().Execute();

    public override void UndoSavepoint()
    {
        Audit.State.UndoMark();
        _rollbackTo.Start().Execute();
        _release.Start().Execute();
    }

    public override StoreDurability ReadDurability()
    {
        using var modes = Database.Prepare("PRAGMA journal_mode").Start().Rows();
        using var syncs = Database.Prepare("PRAGMA synchronous").Start().Rows();
        var mode = modes.Next() ? modes.Text(0) : "";
        var sync = syncs.Next() ? syncs.Int32(0) : 0;
        return new StoreDurability(
            $"journal_mode={mode}, synchronous={sync}",
            mode == "wal" && sync == FullSync ? null : "must be journal_mode=wal and synchronous=2 (FULL)");
    }

    public override long? ReadTime() => null;

    protected override void Dispose(bool disposing) => Database.Dispose();
}
