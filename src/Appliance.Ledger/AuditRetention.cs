using Appliance.Ledger.Auditing;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// Removes audit records whose time is over: of each chain all that the newest seal before that time covers, and
/// nothing that no seal covers. What is left of them is where they ended and under which seal, so that the rest of the
/// chain still proves itself; the seals stay whole.
/// </summary>
public static class AuditRetention
{
    /// <summary>Records in one transaction.</summary>
    private const int Piece = 2_000;

    /// <summary>Removes what is older.</summary>
    /// <param name="loop">The commit loop.</param>
    /// <param name="before">Unix milliseconds.</param>
    /// <param name="sinks">Only what all of these exports have taken.</param>
    /// <param name="actor">The admin who asked; null for the setting.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="cancellationToken">Stops after a piece; the next removal goes on.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask<AuditRemoval> RemoveAsync(
        CommitLoop loop,
        long before,
        IReadOnlyList<string> sinks,
        string? actor,
        long now,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(sinks);
        var store = loop.Store;
        var plan = store.Read(connection => RemovalPlan.Make(connection, before, sinks));
        foreach (var segment in plan.Segments)
        {
            await loop.WriteAsync(
                connection => Note(connection, segment with { RemovedAt = now }, actor), cancellationToken);
        }

        var (chains, records) = (0, 0L);
        foreach (var segment in store.Read(static connection => connection.Audit.Segments.List()))
        {
            var removed = await RemoveAsync(loop, segment, cancellationToken);
            chains += removed > 0 ? 1 : 0;
            records += removed;
        }

        return new AuditRemoval(plan.Seal, chains, records);
    }

    private static bool Note(StoreConnection connection, AuditSegmentRow segment, string? actor)
    {
        connection.Audit.Segments.Set(segment);
        AuditTrail.Append(connection, new AuditRecord
        {
            At = segment.RemovedAt,
            Event = AuditEvent.AuditRemoved,
            Digest = segment.Head,
            Detail = AuditChainText.Closed(segment.Chain, segment.Last),
            Actor = actor,
        });
        return true;
    }

    private static async ValueTask<long> RemoveAsync(
        CommitLoop loop, AuditSegmentRow segment, CancellationToken cancellationToken)
    {
        var removed = 0L;
        while (true)
        {
            var rows = loop.Store.Read(connection => connection.Audit.ReadChain(segment.Chain, 0, Piece));
            var (count, last) = (0, 0L);
            foreach (var row in rows.Where(row => row.Position <= segment.Last))
            {
                (count, last) = (count + 1, row.Position);
            }

            if (count == 0)
            {
                return removed;
            }

            await loop.WriteAsync(
                connection =>
                {
                    connection.Audit.Remove(segment.Chain, 1, last);
                    return true;
                },
                count,
                cancellationToken);
            removed += count;
        }
    }
}
