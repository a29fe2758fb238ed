using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>A time stamp that is about to be made.</summary>
/// <param name="SignerId">For whom.</param>
/// <param name="ClientId">The client application that asks; empty for none.</param>
/// <param name="Credentials">
/// Finds the signer's metered credentials when no signature has paid for it, the one whose package is drawn on first in
/// front; none when it pays for nothing.
/// </param>
/// <param name="Algorithm">The algorithm of the imprint.</param>
/// <param name="Imprint">The imprint (RFC 3161 messageImprint.hashedMessage), as long as the algorithm says.</param>
/// <param name="Now">Unix milliseconds.</param>
public readonly record struct TimestampRequest(
    Guid SignerId,
    Guid ClientId,
    Func<StoreConnection, IReadOnlyList<Guid>> Credentials,
    ImprintAlgorithm Algorithm,
    ReadOnlyMemory<byte> Imprint,
    long Now);
