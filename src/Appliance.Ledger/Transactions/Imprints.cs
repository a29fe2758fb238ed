using System.Security.Cryptography;
using Appliance.Ledger.Macs;
using Appliance.Storage;

namespace Appliance.Ledger.Transactions;

/// <summary>
/// What is kept of a signature value so that a time stamp over it is known: for each algorithm 64 bits of a MAC over
/// the signer and the value's hash. Kept short, for there is a row for each signature; nobody gains from a collision
/// more than one time stamp, and without the key nobody finds one.
/// </summary>
internal static class Imprints
{
    /// <summary>The length of an imprint in bytes.</summary>
    public static int LengthOf(ImprintAlgorithm algorithm) => algorithm switch
    {
        ImprintAlgorithm.Sha256 or ImprintAlgorithm.Sha3Of256 => 32,
        ImprintAlgorithm.Sha384 or ImprintAlgorithm.Sha3Of384 => 48,
        _ => 64,
    };

    /// <summary>The digests of signatures, <see cref="SignatureDigestTable.Algorithms"/> for each.</summary>
    public static long?[] Of(
        RowMac mac, Guid signerId, IReadOnlyList<byte[]> signatures, IReadOnlyList<ImprintAlgorithm> algorithms)
    {
        var digests = new long?[signatures.Count * SignatureDigestTable.Algorithms];
        Span<byte> hash = stackalloc byte[RowMac.MaxHashLength];
        for (var i = 0; i < signatures.Count; i++)
        {
            foreach (var algorithm in algorithms)
            {
                var imprint = hash[..LengthOf(algorithm)];
                Hash(algorithm, signatures[i], imprint);
                digests[(i * SignatureDigestTable.Algorithms) + (int)algorithm]
                    = mac.OfImprint(signerId, algorithm, imprint);
            }
        }

        return digests;
    }

    private static void Hash(ImprintAlgorithm algorithm, ReadOnlySpan<byte> value, Span<byte> hash)
        => _ = algorithm switch
        {
            ImprintAlgorithm.Sha256 => SHA256.HashData(value, hash),
            ImprintAlgorithm.Sha384 => SHA384.HashData(value, hash),
            ImprintAlgorithm.Sha512 => SHA512.HashData(value, hash),
            ImprintAlgorithm.Sha3Of256 => SHA3_256.HashData(value, hash),
            ImprintAlgorithm.Sha3Of384 => SHA3_384.HashData(value, hash),
            _ => SHA3_512.HashData(value, hash),
        };
}
