using System.Globalization;
using Appliance.Ledger.Macs;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// Transactions that were paid for. A signature takes one in the transaction that reserves it, and gives it back when
/// it was not made; what may have been made when a process died stays taken, and is told (<c>package.spent</c>).
/// </summary>
public sealed partial class Packages
{
    private readonly RowMac _mac;
    private readonly string? _actor;

    /// <summary>Works on any connection.</summary>
    /// <param name="rowKey">The key of the row MACs, 32 bytes, kept alive and unchanged by the caller.</param>
    /// <param name="actor">The admin in whose name packages are granted and withdrawn.</param>
    public Packages(ReadOnlyMemory<byte> rowKey, string? actor = null)
    {
        _mac = new RowMac(rowKey);
        _actor = actor;
    }

    internal Packages(RowMac mac) => _mac = mac;

    /// <summary>How transactions are counted; set before anything is.</summary>
    public PackageOptions Options { get; set; } = PackageOptions.Default;

    /// <summary>
    /// Grants transactions, in the transaction that is open: to the credential's package while that can be drawn on,
    /// else as a new one. The credential must be made metered in the same transaction.
    /// </summary>
    /// <param name="store">The loop's connection.</param>
    /// <param name="credentialId">The credential.</param>
    /// <param name="count">Transactions, at least 1.</param>
    /// <param name="validFrom">Unix milliseconds; a package that goes on keeps its own.</param>
    /// <param name="validUntil">Unix milliseconds; a package that goes on keeps its own when that is later.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="plan">The size of the preset that is granted; 0 for a free count.</param>
    /// <returns>The package, or null when the row of the present one does not carry our MAC.</returns>
    /// <exception cref="OverflowException">The package would have more than 2,147,483,647 transactions.</exception>
    public PackageRow? Grant(
        StoreConnection store,
        Guid credentialId,
        int count,
        long validFrom,
        long validUntil,
        long now,
        int plan = 0)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        PackageRow granted;
        if (store.Packages.TryFindActive(credentialId, out var row))
        {
            if (!IsOurs(row))
            {
                return null;
            }

            if (now < row.ValidUntil)
            {
                granted = Signed(row with
                {
                    Total = checked(row.Total + count),
                    Remaining = checked(row.Remaining + count),
                    ValidUntil = Math.Max(row.ValidUntil, validUntil),
                    Plan = plan,
                });
                granted = granted with { Told = Reached(granted, PackageRow.NothingTold) ?? PackageRow.NothingTold };
                store.Packages.Update(granted);
                Record(store, AuditEvent.PackageGranted, granted, count, now, _actor);
                return granted;
            }

            store.Packages.Update(row with { State = PackageState.Replaced });
        }

        var id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(now));
        granted = Signed(new PackageRow(
            id, credentialId, PackageState.Active, count, count, validFrom, validUntil, now, 0) { Plan = plan });
        store.Packages.Insert(granted);
        Record(store, AuditEvent.PackageGranted, granted, count, now, _actor);
        return granted;
    }

    /// <summary>
    /// Withdraws a credential's package, in the transaction that is open: from its commit on nothing is reserved. The
    /// credential stays metered.
    /// </summary>
    /// <returns>The package as it was, or null when there is none.</returns>
    public PackageRow? Cancel(StoreConnection store, Guid credentialId, long now)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (!store.Packages.TryFindActive(credentialId, out var row))
        {
            return null;
        }

        store.Packages.Update(row with { State = PackageState.Cancelled });
        Record(store, AuditEvent.PackageCancelled, row, row.Remaining, now, _actor);
        return row;
    }

    /// <summary>Whether a credential's package has so many transactions now.</summary>
    public ReservationStatus Check(StoreConnection store, Guid credentialId, int count, long now)
        => Check(store, credentialId, count, now, out PackageRow _);

    /// <summary>Whether signatures for a purpose take no transactions.</summary>
    public bool IsFree(ActivationPurpose purpose) => purpose == ActivationPurpose.TlsLogin && Options.TlsLoginsFree;

    /// <summary>Whether the row is as a grant made it; its state and what remains change.</summary>
    public bool IsOurs(in PackageRow row)
        => ActivationRules.SameMac(_mac.OfPackage(row), row.Mac) && row.Remaining <= row.Total;

    internal ReservationStatus Check(
        StoreConnection store, Guid credentialId, int count, long now, out PackageRow row)
    {
        if (!store.Packages.TryFindActive(credentialId, out row))
        {
            return ReservationStatus.PackageExhausted;
        }

        if (!IsOurs(row))
        {
            return ReservationStatus.Tampered;
        }

        if (now < row.ValidFrom || now >= row.ValidUntil)
        {
            return ReservationStatus.PackageExpired;
        }

        return row.Remaining < count ? ReservationStatus.PackageExhausted : ReservationStatus.Ok;
    }

    /// <summary>Takes transactions, and tells when that comes down to a threshold: once for each of them.</summary>
    internal void Draw(StoreConnection store, in PackageRow row, int count, Guid signerId, long now)
    {
        store.Packages.Take(row.Id, count);
        var left = row with { Remaining = row.Remaining - count };
        if (Reached(left, row.Told) is not { } percent)
        {
            return;
        }

        store.Packages.SetTold(row.Id, percent);
        AuditTrail.Append(store, new AuditRecord
        {
            At = now,
            Event = AuditEvent.PackageLow,
            SignerId = signerId,
            CredentialId = row.CredentialId,
            Count = left.Remaining,
            Detail = string.Create(
                CultureInfo.InvariantCulture, $"package {row.Id:D}, total {row.Total}, threshold {percent} %"),
        });
        Options.Low?.Invoke(store, new PackageLow(signerId, left, percent, now));
    }

    /// <summary>Tells that transactions stay taken although nobody may have got a signature for them.</summary>
    internal static void RecordSpent(StoreConnection store, Guid packageId, int count, long now)
    {
        if (store.Packages.TryFind(packageId, out var row))
        {
            Record(store, AuditEvent.PackageSpent, row, count, now);
        }
    }

    private static void Record(
        StoreConnection store, AuditEvent happened, in PackageRow row, int count, long now, string? actor = null)
        => AuditTrail.Append(store, new AuditRecord
        {
            At = now,
            Event = happened,
            Outcome = happened == AuditEvent.PackageSpent ? AuditOutcome.InDoubt : AuditOutcome.Ok,
            CredentialId = row.CredentialId,
            Actor = actor,
            Count = count,
            Detail = string.Create(CultureInfo.InvariantCulture, $"package {row.Id:D}, total {row.Total}"),
        });

    /// <summary>The lowest threshold that a package is at or below, if it is below what was told.</summary>
    private int? Reached(in PackageRow row, int told)
    {
        int? lowest = null;
        foreach (var percent in Options.LowPercents)
        {
            if (percent < (lowest ?? told) && 100L * row.Remaining <= (long)percent * row.Total)
            {
                lowest = percent;
            }
        }

        return lowest;
    }

    private PackageRow Signed(in PackageRow row) => row with { Mac = _mac.OfPackage(row) };
}
