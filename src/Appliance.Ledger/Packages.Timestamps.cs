using Appliance.Ledger.Transactions;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <content>
/// A transaction is one signature and one time stamp. A time stamp over a signature that was paid for costs nothing,
/// once; any other is a transaction of its own.
/// </content>
public sealed partial class Packages
{
    /// <summary>
    /// Decides who pays for a time stamp and takes it, in the transaction that is open; the time stamp is made after
    /// its commit. What is decided is in the audit trail (<c>timestamp.covered</c>, <c>timestamp.counted</c>).
    /// </summary>
    /// <param name="store">The loop's connection.</param>
    /// <param name="claim">Who asks.</param>
    /// <param name="signerId">For whom.</param>
    /// <param name="intent">The record of the request; its digest is RFC 3161 messageImprint.hashedMessage.</param>
    /// <param name="covered">The signature that paid for it, taken away; null unless Covered.</param>
    /// <param name="package">The package that a transaction was taken from; null unless Counted.</param>
    /// <exception cref="ArgumentException">The imprint is not as long as its algorithm says.</exception>
    internal TimestampTaking TakeTimestamp(
        StoreConnection store,
        TimestampClaim claim,
        Guid signerId,
        in AuditRecord intent,
        out SignatureDigestRow? covered,
        out Guid? package)
    {
        if (intent.Digest.Length != Imprints.LengthOf(claim.Algorithm))
        {
            throw new ArgumentException("The imprint is not as long as its algorithm says.", nameof(intent));
        }

        package = null;
        var digest = _mac.OfImprint(signerId, claim.Algorithm, intent.Digest.Span);
        covered = store.SignatureDigests.Take(claim.Algorithm, digest, intent.At);
        if (covered is not null)
        {
            Record(store, AuditEvent.TimestampCovered, intent, null, ReservationStatus.Ok);
            return TimestampTaking.Covered;
        }

        var credentials = claim.Credentials(store);
        if (credentials.Count == 0)
        {
            return TimestampTaking.NotMetered;
        }

        var refused = ReservationStatus.PackageExhausted;
        foreach (var credential in credentials)
        {
            var status = Check(store, credential, 1, intent.At, out var row);
            if (status == ReservationStatus.Ok)
            {
                Draw(store, row, 1, signerId, intent.At);
                package = row.Id;
                Record(store, AuditEvent.TimestampCounted, intent, credential, status);
                return TimestampTaking.Counted;
            }

            refused = status;
        }

        Record(store, AuditEvent.TimestampCounted, intent, credentials[0], refused);
        return TimestampTaking.Exhausted;
    }

    private static void Record(
        StoreConnection store,
        AuditEvent happened,
        in AuditRecord intent,
        Guid? credentialId,
        ReservationStatus status)
        => AuditTrail.Append(store, intent with
        {
            Event = happened,
            Outcome = status == ReservationStatus.Ok ? AuditOutcome.Ok : AuditOutcome.Refused,
            CredentialId = credentialId,
            Count = 1,
            Detail = status == ReservationStatus.Ok ? null : ReservationStatuses.NameOf(status),
        });
}
