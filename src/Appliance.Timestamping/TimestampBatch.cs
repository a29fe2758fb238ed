using System.Security.Cryptography;
using Appliance.Timestamping.Batches;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping;

/// <summary>
/// Many digests under one token: stamp <see cref="Root"/>, then take an <see cref="ArchiveTimestamp"/> for each digest
/// that a third party can verify without the others (RFC 4998).
/// </summary>
public sealed class TimestampBatch
{
    /// <summary>Most digests of a batch.</summary>
    public const int MaxDigests = 1_000_000;

    private readonly HashTree _tree;
    private readonly HashAlgorithmName _algorithm;

    /// <summary>Builds the tree.</summary>
    /// <param name="algorithm">Of digests and tree: SHA-256/384/512 or SHA3-256/384/512.</param>
    /// <param name="digests">1 to <see cref="MaxDigests"/>, of the algorithm's length; equal ones are one leaf.</param>
    /// <exception cref="ArgumentException">The algorithm, a length or the number is none of these.</exception>
    public TimestampBatch(HashAlgorithmName algorithm, IReadOnlyList<byte[]> digests)
    {
        ArgumentNullException.ThrowIfNull(digests);
        var length = ImprintAlgorithm.ByName(algorithm).Length;
        if (digests.Count is 0 or > MaxDigests || digests.Any(digest => digest.Length != length))
        {
            throw new ArgumentException(
                $"A batch has 1 to {MaxDigests} digests of {length} bytes each.", nameof(digests));
        }

        _algorithm = algorithm;
        _tree = new HashTree(digests, algorithm);
    }

    /// <summary>What is to be stamped, as the digest of a request with the same hash algorithm.</summary>
    public byte[] Root => _tree.Root;

    /// <summary>The evidence of one digest.</summary>
    /// <param name="digest">One of the batch.</param>
    /// <param name="token">The token over <see cref="Root"/>, DER.</param>
    /// <exception cref="KeyNotFoundException">Not of this batch.</exception>
    public ArchiveTimestamp For(byte[] digest, ReadOnlyMemory<byte> token)
        => new(_algorithm, _tree.ReduceTo(digest), token);
}
