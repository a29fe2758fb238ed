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
    /// <exception cref="ArgumentException">The imprint is not as long as its algorithm says.</exception>
    public TimestampTaking TakeTimestamp(StoreConnection store, in TimestampRequest request)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(request.Credentials, nameof(request));
        if (request.Imprint.Length != Imprints.LengthOf(request.Algorithm))
        {
            throw new ArgumentException("The imprint is not as long as its algorithm says.", nameof(request));
        }

        var digest = _mac.OfImprint(request.SignerId, request.Algorithm, request.Imprint.Span);
        if (store.SignatureDigests.Take(request.Algorithm, digest, request.Now))
        {
            Record(store, AuditEvent.TimestampCovered, request, null, ReservationStatus.Ok);
            return TimestampTaking.Covered;
        }

        var credentials = request.Credentials(store);
        if (credentials.Count == 0)
        {
            return TimestampTaking.NotMetered;
        }

        var refused = ReservationStatus.PackageExhausted;
        foreach (var credential in credentials)
        {
            var status = Check(store, credential, 1, request.Now, out var package);
            if (status == ReservationStatus.Ok)
            {
                Draw(store, package, 1, request.SignerId, request.Now);
                Record(store, AuditEvent.TimestampCounted, request, credential, status);
                return TimestampTaking.Counted;
            }

            refused = status;
        }

        Record(store, AuditEvent.TimestampCounted, request, credentials[0], refused);
        return TimestampTaking.Exhausted;
    }

    private static void Record(
        StoreConnection store,
        AuditEvent happened,
        in TimestampRequest request,
        Guid? credentialId,
        ReservationStatus status)
        => AuditTrail.Append(store, new AuditRecord
        {
            At = request.Now,
            Event = happened,
            Outcome = status == ReservationStatus.Ok ? AuditOutcome.Ok : AuditOutcome.Refused,
            SignerId = request.SignerId,
            ClientId = request.ClientId == Guid.Empty ? null : request.ClientId,
            CredentialId = credentialId,
            Count = 1,
            Digest = request.Imprint,
            Detail = status == ReservationStatus.Ok ? null : ReservationStatuses.NameOf(status),
        });
}
