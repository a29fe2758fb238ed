namespace Appliance.Storage;

/// <summary>What is kept of a request that carries an id.</summary>
/// <param name="State">What became of it.</param>
/// <param name="Fingerprint">Over what was asked for.</param>
/// <param name="RequestId">The request that was answered first, as in the audit trail.</param>
/// <param name="ExpiresAt">Unix milliseconds; kept at least until then.</param>
/// <param name="Mac">Made with the signatures, to be checked; 0 before.</param>
/// <param name="Signatures">In the ledger's encoding; empty unless Done.</param>
public sealed record OutcomeRow(
    OutcomeState State, UInt128 Fingerprint, Guid RequestId, long ExpiresAt, UInt128 Mac, byte[] Signatures);
