namespace Appliance.Signing;

/// <summary>A chunk of a bulk activation's hashes, wire-neutral.</summary>
/// <param name="Caller">The authenticated caller: the one that began it.</param>
/// <param name="ActivationId">The bulk activation.</param>
/// <param name="First">The ordinal of the first hash, from 0.</param>
/// <param name="Hashes">1 to 10,000 raw digests, all of one length, for the ordinals from there on.</param>
public sealed record BulkFillRequest(Caller Caller, Guid ActivationId, int First, IReadOnlyList<byte[]> Hashes);
