using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>A connection that writes to PostgreSQL, or one that reads.</summary>
internal sealed class PostgresConnection : StoreConnection
{
    /// <summary>How long it takes between two attempts to ask how a transaction ended.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly PostgresSession _session;
    private readonly PostgresTransaction _transaction;
    private readonly PostgresActivationTable _activations;
    private readonly PostgresReservationTable _reservations;
    private readonly PostgresOutcomeTable _outcomes;
    private readonly SignerLocks _signers;
    private readonly CancellationTokenSource _closing = new();
    private readonly PostgresPackageTable _packages;
    private readonly PostgresTimestampQuotaTable _quotas;
    private readonly StandingLocks _standings;
    private volatile bool _isRecovering;

    public PostgresConnection(PostgresSession session, PostgresIncarnation incarnation, int lane = 0)
        : base(session)
    {
        _session = session;
        _transaction = new PostgresTransaction(session, new PostgresWriter(incarnation));
        Incarnations = new PostgresIncarnationTable(session, incarnation);
        Activations = _activations = new PostgresActivationTable(_transaction);
        ActivationHashes = new PostgresActivationHashTable(_transaction, _activations);
        Packages = _packages = new PostgresPackageTable(_transaction);
        SignatureDigests = new PostgresSignatureDigestTable(_transaction);
        TimestampQuotas = _quotas = new PostgresTimestampQuotaTable(_transaction);
        Reservations = _reservations = new PostgresReservationTable(_transaction);
        Outcomes = _outcomes = new PostgresOutcomeTable(_transaction);
        Audit = new PostgresAuditTable(_transaction, lane);
        _signers = new SignerLocks(session);
        _standings = new StandingLocks(_transaction, Clients);
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

    public override bool InTransaction => _transaction.IsOpen;

    public override bool TakesKeys => true;

    public override bool IsRecovering => _isRecovering;

    /// <summary>False when the connection was lost.</summary>
    public bool IsOpen => _session.IsOpen;

    public override void StopRecovering() => _closing.Cancel();

    public override void Begin(StoreKeys? keys)
    {
        Audit.State.Begin();
        try
        {
            Open(keys ?? new StoreKeys());
        }
        catch (Exception error) when (PostgresErrors.IsOne(error))
        {
            throw PostgresErrors.Translate(error, "beginning a transaction");
        }
    }

    public override void Commit()
    {
        var commands = _transaction.TakeWrites();
        commands.Add(new NpgsqlBatchCommand("COMMIT"));
        try
        {
            _transaction.Run(commands, "committing");
        }
        catch (StoreException taken)
            when (taken.Failure == StoreFailure.Constraint && PostgresAuditTable.IsItsPlaceTaken(taken))
        {
            Audit.State.Abandon();
            throw;
        }
        catch (StoreException lost) when (lost.Failure == StoreFailure.Unavailable)
        {
            if (PostgresErrors.IsDefinite(lost))
            {
                // A server that became read-only keeps its connections; the one that writes now is another.
                _session.Close();
                throw;
            }

            if (!FindOut(lost))
            {
                throw;
            }
        }

        _transaction.Ended();
        Audit.State.Commit();
    }

    public override void Rollback()
    {
        Audit.State.Rollback();
        if (!_transaction.IsOpen)
        {
            return;
        }

        _transaction.Ended();
        try
        {
            if (_session.IsOpen)
            {
                _session.Execute("ROLLBACK");
            }
        }
        catch (StoreException)
        {
            // Without its connection the database undoes it by itself.
            _session.Close();
        }
    }

    public override void LockSigner(Guid signerId) => _signers.Take(signerId);

    public override void Savepoint()
    {
        _transaction.Flush();
        _session.Execute("SAVEPOINT item");
        Audit.State.Mark();
    }

    public override void KeepSavepoint()
    {
        _transaction.Flush();
        _session.Execute("RELEASE SAVEPOINT item");
    }

    public override void UndoSavepoint()
    {
        _transaction.Forget();
        Audit.State.UndoMark();
        _session.Execute("ROLLBACK TO SAVEPOINT item");
        _session.Execute("RELEASE SAVEPOINT item");
    }

    /// <summary>From now on until <see cref="Rollback"/> all that is read is of one moment.</summary>
    public void BeginRead() => _session.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");

    public void EndRead() => _session.Execute("ROLLBACK");

    public override StoreDurability ReadDurability() => PostgresDurability.Read(_session);

    public override long? ReadTime()
    {
        using var rows = _session.Prepare(
            "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)").Start().Rows();
        return rows.Next() ? rows.Int64(0) : null;
    }

    protected override void Dispose(bool disposing)
    {
        if (_session.IsOpen)
        {
            try
            {
                _transaction.Writer.Leave(_session);
            }
            catch (StoreException)
            {
                // A row that stays says no more than that this writer existed.
            }
        }

        _session.Dispose();
        _closing.Dispose();
    }

    private void Open(StoreKeys keys)
    {
        var reads = new List<NpgsqlBatchCommand>();
        StandingLocks.Announce(keys, reads);
        PostgresActivationTable.Announce(keys, reads);
        PostgresPackageTable.Announce(keys, reads);
        PostgresTimestampQuotaTable.Announce(keys, reads);
        PostgresReservationTable.Announce(keys, reads);
        PostgresOutcomeTable.Announce(keys, reads);
        _signers.Announce(keys, reads);
        using var reader = _transaction.Begin(reads);
        _standings.Load(keys, reader);
        _activations.Load(keys, reader);
        _packages.Load(keys, reader);
        _quotas.Load(keys, reader);
        _reservations.Load(keys, reader);
        _outcomes.Load(keys, reader);
        while (reader.NextResult())
        {
            // What was locked and not read.
        }
    }

    /// <summary>
    /// The answer to COMMIT was lost. Nobody may be told anything before the database has said how it ended, however
    /// long it is away; only the end of this process ends the wait.
    /// </summary>
    private bool FindOut(StoreException lost)
    {
        _isRecovering = true;
        try
        {
            while (!_closing.IsCancellationRequested)
            {
                Recovering?.Invoke();
                _session.Close();
                try
                {
                    return _transaction.Writer.WasCommitted(_session);
                }
                catch (StoreException still) when (still.Failure is StoreFailure.Unavailable or StoreFailure.Conflict)
                {
                    _closing.Token.WaitHandle.WaitOne(s_pause);
                }
            }

            throw new StoreException(
                StoreFailure.Unavailable, "Stopped before it was known how a transaction ended.", lost);
        }
        finally
        {
            _isRecovering = false;
        }
    }
}
