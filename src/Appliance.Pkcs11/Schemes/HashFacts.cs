using System.Security.Cryptography;

namespace Appliance.Pkcs11.Schemes;

/// <summary>
/// A hash algorithm as PKCS#11 and PKCS#1 see it. DigestInfo prefixes: RFC 8017 section 9.2 note 1 for SHA-2,
/// NIST OIDs 2.16.840.1.101.3.4.2.8-10 for SHA-3 (RFC 9688), all with NULL parameters.
/// </summary>
internal sealed record HashFacts(string Name, int Length, byte[] DigestInfoPrefix, uint Mechanism, uint Mgf)
{
    private const int MaxPrefixLength = 19;
    private const int MaxHashLength = 64;

    /// <summary>Longest thing handed to CKM_RSA_PKCS.</summary>
    public const int MaxDigestInfoLength = MaxPrefixLength + MaxHashLength;

    // The last arc of the OID tells the hashes apart: id-sha256 .1, id-sha384 .2, id-sha512 .3, id-sha3-256 .8 and on.

    private static readonly HashFacts s_sha256 = new("SHA256", 32, Prefix(32, 0x01), 0x250, 0x2);
    private static readonly HashFacts s_sha384 = new("SHA384", 48, Prefix(48, 0x02), 0x260, 0x3);
    private static readonly HashFacts s_sha512 = new("SHA512", 64, Prefix(64, 0x03), 0x270, 0x4);
    private static readonly HashFacts s_sha3With256 = new("SHA3-256", 32, Prefix(32, 0x08), 0x2B0, 0);
    private static readonly HashFacts s_sha3With384 = new("SHA3-384", 48, Prefix(48, 0x09), 0x2C0, 0);
    private static readonly HashFacts s_sha3With512 = new("SHA3-512", 64, Prefix(64, 0x0A), 0x2D0, 0);

    public static HashFacts Of(HashAlgorithmName algorithm) => algorithm switch
    {
        _ when algorithm == HashAlgorithmName.SHA256 => s_sha256,
        _ when algorithm == HashAlgorithmName.SHA384 => s_sha384,
        _ when algorithm == HashAlgorithmName.SHA512 => s_sha512,
        _ when algorithm == HashAlgorithmName.SHA3_256 => s_sha3With256,
        _ when algorithm == HashAlgorithmName.SHA3_384 => s_sha3With384,
        _ when algorithm == HashAlgorithmName.SHA3_512 => s_sha3With512,
        _ => throw new ArgumentException(
            $"Hash {algorithm.Name} is not served; use SHA-2 or SHA-3 of 256 bits and up.", nameof(algorithm)),
    };

    /// <summary>SEQUENCE { SEQUENCE { OID 2.16.840.1.101.3.4.2.arc, NULL }, OCTET STRING (length) }.</summary>
    private static byte[] Prefix(byte length, byte arc) =>
    [
        0x30, (byte)(17 + length), 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc,
        0x05, 0x00, 0x04, length,
    ];
}
