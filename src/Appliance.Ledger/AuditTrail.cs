using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>What happened, in the order in which it was stored. Records are only ever added.</summary>
public static class AuditTrail
{
    private static readonly string[] s_outcomes = ["ok", "refused", "failed", "in-doubt"];

    /// <summary>The outcome's stored name.</summary>
    public static string NameOf(AuditOutcome outcome) => s_outcomes[(int)outcome];

    /// <summary>Adds a record in the transaction that is open.</summary>
    public static void Append(StoreConnection store, in AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(store);
        store.Audit.Append(new AuditRow(
            0,
            record.At,
            AuditEvents.NameOf(record.Event),
            NameOf(record.Outcome),
            record.SignerId,
            record.CredentialId,
            record.ActivationId,
            record.ClientId,
            record.RequestId,
            record.Count,
            record.Digest,
            record.Detail,
            record.Actor));
    }

    /// <summary>Reads a page of the trail.</summary>
    public static IReadOnlyList<AuditEntry> Read(StoreConnection store, AuditQuery query)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(query);
        var filter = new AuditFilter(
            query.OldestFirst,
            query.After,
            Math.Clamp(query.Limit, 1, 10_000),
            query.SignerId,
            query.CredentialId,
            query.RequestId,
            query.Event is { } wanted ? AuditEvents.NameOf(wanted) : null,
            query.Actor);
        return [.. store.Audit.Read(filter).Select(ToEntry)];
    }

    private static AuditEntry ToEntry(AuditRow row) => new(
        row.Sequence,
        row.Event,
        new AuditRecord
        {
            At = row.At,
            Event = AuditEvents.Parse(row.Event),
            Outcome = (AuditOutcome)Math.Max(0, Array.IndexOf(s_outcomes, row.Outcome)),
            SignerId = row.SignerId,
            CredentialId = row.CredentialId,
            ActivationId = row.ActivationId,
            ClientId = row.ClientId,
            RequestId = row.RequestId,
            Count = row.Count,
            Digest = row.Digest,
            Detail = row.Detail,
            Actor = row.Actor,
        });
}
