using Appliance.Crash.Tests.Clients;
using Appliance.Crash.Tests.Stores;
using Appliance.Ledger;
using Appliance.Tests.Shared.Trails;

namespace Appliance.Crash.Tests.Evidence;

/// <summary>
/// Whether what is left of a package is what the audit trail says: a transaction for each intent of the paid unit, in
/// one with it, given back for each that failed, and none for another.
/// </summary>
internal sealed class PackageInquest(StoreUnderTest store, Guid credential, int granted)
{
    private readonly HashSet<string> _counted = new(StringComparer.Ordinal);

    /// <summary>What is left, as the store has it.</summary>
    public int Left { get; private set; }

    /// <summary>What is wrong.</summary>
    /// <param name="records">That are new in the trail.</param>
    /// <param name="trail">All time stamps.</param>
    public IEnumerable<string> Examine(IEnumerable<AuditEntry> records, StampTrail trail)
    {
        foreach (var record in records.Select(entry => entry.Record))
        {
            if (record is { Event: AuditEvent.TimestampCounted, Outcome: AuditOutcome.Ok }
                && !_counted.Add(Convert.ToHexString(record.Digest.Span)))
            {
                yield return $"imprint {Convert.ToHexString(record.Digest.Span)} was counted twice";
            }
        }

        var paid = trail.Stamps.Values.Where(stamp => stamp.Unit == StampLoad.PaidUnit).ToList();
        if (!_counted.SetEquals(paid.Select(stamp => stamp.Imprint)))
        {
            yield return $"{_counted.Count} time stamps were counted, {paid.Count} have intents";
        }

        Left = store.Look(seen => seen.Read(
            connection => connection.Packages.TryFindActive(credential, out var package) ? package.Remaining : 0));
        var returned = paid.Count(stamp => stamp.Failed is not null);
        if (Left < 0 || Left != granted - _counted.Count + returned)
        {
            yield return
                $"{Left} of {granted} transactions are left; {_counted.Count} were counted, {returned} returned";
        }
    }
}
