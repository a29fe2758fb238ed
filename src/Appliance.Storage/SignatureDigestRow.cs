namespace Appliance.Storage;

/// <summary>A signature that a time stamp may cover.</summary>
/// <param name="ExpiresAt">Unix milliseconds; kept at least until then.</param>
/// <param name="Digests">By <see cref="ImprintAlgorithm"/>; null for one that is not kept.</param>
public readonly record struct SignatureDigestRow(long ExpiresAt, IReadOnlyList<long?> Digests);
