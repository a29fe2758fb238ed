using Appliance.Storage;

namespace Appliance.Server.Timestamps;

/// <summary>The hash algorithms of imprints, from requests to the ledger.</summary>
internal static class ImprintAlgorithms
{
    /// <summary>Contents octets of 2.16.840.1.101.3.4.2, NIST's arc of hash algorithms.</summary>
    private static ReadOnlySpan<byte> NistHashes => [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

    /// <summary>By the OID's contents octets; null for one that no unit stamps.</summary>
    public static ImprintAlgorithm? Of(ReadOnlySpan<byte> oid)
        => oid.Length == 9 && oid.StartsWith(NistHashes)
            ? oid[8] switch
            {
                1 => ImprintAlgorithm.Sha256,
                2 => ImprintAlgorithm.Sha384,
                3 => ImprintAlgorithm.Sha512,
                8 => ImprintAlgorithm.Sha3Of256,
                9 => ImprintAlgorithm.Sha3Of384,
                10 => ImprintAlgorithm.Sha3Of512,
                _ => null,
            }
            : null;
}
