using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>How a time stamp ended, on its way into the store.</summary>
internal sealed class TimestampSettlement(TimestampIntent intent, Action<TimestampIntent>? settled) : LedgerWork
{
    private AuditRecord _record;

    public override bool IsBulk => intent.IsBulk;

    internal override bool MustLast => true;

    internal override bool Settles => true;

    internal override Guid Activation => intent.Activation;

    public void Prepare(in AuditRecord record)
    {
        _record = record;
        Attempts = 0;
    }

    public override void Announce(StoreKeys keys)
    {
        if (_record.Outcome != AuditOutcome.Ok)
        {
            intent.Terms?.AnnounceReturn(keys);
        }
    }

    public override void Apply(StoreConnection store)
    {
        if (_record.Outcome != AuditOutcome.Ok)
        {
            intent.Terms?.Return(store);
        }

        AuditTrail.Append(store, _record);
    }

    public override void Committed() => settled?.Invoke(intent);

    public override void Failed(Exception exception) => settled?.Invoke(intent);
}
