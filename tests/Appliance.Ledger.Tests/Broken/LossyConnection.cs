using Appliance.Storage;
using Appliance.Storage.Sqlite;

namespace Appliance.Ledger.Tests.Broken;

/// <summary>A connection whose activations are <see cref="LossyActivationTable"/>.</summary>
internal sealed class LossyConnection(SqliteConnection inner, int every) : StoreConnection(inner.Database)
{
    public override IncarnationTable Incarnations => inner.Incarnations;

    public override ActivationTable Activations { get; } = new LossyActivationTable(inner.Activations, every);

    public override ActivationHashTable ActivationHashes => inner.ActivationHashes;

    public override PackageTable Packages => inner.Packages;

    public override SignatureDigestTable SignatureDigests => inner.SignatureDigests;

    public override TimestampQuotaTable TimestampQuotas => inner.TimestampQuotas;

    public override ReservationTable Reservations => inner.Reservations;

    public override OutcomeTable Outcomes => inner.Outcomes;

    public override AuditTable Audit => inner.Audit;

    public override bool InTransaction => inner.InTransaction;

    public override void Begin(StoreKeys? keys) => inner.Begin(keys);

    public override void Commit() => inner.Commit();

    public override void Rollback() => inner.Rollback();

    public override void Savepoint() => inner.Savepoint();

    public override void KeepSavepoint() => inner.KeepSavepoint();

    public override void UndoSavepoint() => inner.UndoSavepoint();

    public override long? ReadTime() => inner.ReadTime();

    public override StoreDurability ReadDurability() => inner.ReadDurability();

    protected override void Dispose(bool disposing) => inner.Dispose();
}
