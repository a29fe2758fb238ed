using System.Security.Cryptography;

namespace Appliance.Signing.Algorithms;

/// <summary>A hash algorithm that signHash takes: at least SHA-256 (csc-api section 6).</summary>
internal sealed record HashAlgorithm(string Oid, HashAlgorithmName Name, int Length)
{
    private static readonly HashAlgorithm[] s_all =
    [
        new("2.16.840.1.101.3.4.2.1", HashAlgorithmName.SHA256, 32),
        new("2.16.840.1.101.3.4.2.2", HashAlgorithmName.SHA384, 48),
        new("2.16.840.1.101.3.4.2.3", HashAlgorithmName.SHA512, 64),
        new("2.16.840.1.101.3.4.2.8", HashAlgorithmName.SHA3_256, 32),
        new("2.16.840.1.101.3.4.2.9", HashAlgorithmName.SHA3_384, 48),
        new("2.16.840.1.101.3.4.2.10", HashAlgorithmName.SHA3_512, 64),
    ];

    public static HashAlgorithm Sha256 => s_all[0];

    public static HashAlgorithm Sha384 => s_all[1];

    public static HashAlgorithm Sha512 => s_all[2];

    /// <summary>The algorithm of an OID; null when it is unknown or weaker than SHA-256.</summary>
    public static HashAlgorithm? Find(string oid)
    {
        foreach (var algorithm in s_all)
        {
            if (string.Equals(algorithm.Oid, oid, StringComparison.Ordinal))
            {
                return algorithm;
            }
        }

        return null;
    }

    /// <summary>True when some accepted algorithm gives digests of this many bytes.</summary>
    public static bool IsDigestLength(int length) => length is 32 or 48 or 64;
}
