using Appliance.Ledger.Macs;

namespace Appliance.Ledger.Outcomes;

/// <summary>
/// Signatures on their way into the store; made on the thread that has them, not where everybody waits.
/// </summary>
internal sealed record SignedOutcome(UInt128 Mac, byte[] Signatures)
{
    /// <summary>Null for a request without an id, or without signatures.</summary>
    public static SignedOutcome? Of(RowMac mac, in ReservationRequest request, IReadOnlyList<byte[]>? signatures)
    {
        if (request.Outcome is not { } outcome || signatures is null)
        {
            return null;
        }

        var encoded = SignatureList.Encode(signatures);
        return new SignedOutcome(
            mac.OfOutcome(outcome.Key, outcome.Fingerprint, request.RequestId, encoded), encoded);
    }
}
