using System.Security.Cryptography;
using Appliance.Timestamping.Asn1;

namespace Appliance.Timestamping.Tokens;

/// <summary>A hash algorithm that an imprint may have (TS 119 312 clause 5; FIPS 180-4, FIPS 202).</summary>
internal readonly record struct ImprintAlgorithm(HashAlgorithmName Name, string Oid, int Length, byte Arc)
{
    /// <summary>Contents octets of 2.16.840.1.101.3.4.2, NIST's arc of hash algorithms.</summary>
    private static ReadOnlySpan<byte> NistHashes => [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

    /// <summary>All that exist here. SHA-1, MD5 and the rest are badAlg.</summary>
    public static readonly IReadOnlyList<ImprintAlgorithm> All =
    [
        new(HashAlgorithmName.SHA256, "2.16.840.1.101.3.4.2.1", 32, 1),
        new(HashAlgorithmName.SHA384, "2.16.840.1.101.3.4.2.2", 48, 2),
        new(HashAlgorithmName.SHA512, "2.16.840.1.101.3.4.2.3", 64, 3),
        new(HashAlgorithmName.SHA3_256, "2.16.840.1.101.3.4.2.8", 32, 8),
        new(HashAlgorithmName.SHA3_384, "2.16.840.1.101.3.4.2.9", 48, 9),
        new(HashAlgorithmName.SHA3_512, "2.16.840.1.101.3.4.2.10", 64, 10),
    ];

    private static readonly ImprintAlgorithm[] s_byArc =
        [.. Enumerable.Range(0, 11).Select(arc => All.FirstOrDefault(known => known.Arc == arc))];

    /// <summary>Octets of the AlgorithmIdentifier, whichever it is.</summary>
    public static int IdentifierLength => Der.SizeOf(Der.SizeOf(NistHashes.Length + 1));

    /// <exception cref="ArgumentException">None of <see cref="All"/>.</exception>
    public static ImprintAlgorithm ByName(HashAlgorithmName name)
    {
        foreach (var known in s_byArc)
        {
            if (known.Length > 0 && known.Name == name)
            {
                return known;
            }
        }

        throw new ArgumentException($"{name.Name} is no hash algorithm for time-stamps.", nameof(name));
    }

    /// <summary>By dotted decimal; default for none of <see cref="All"/>.</summary>
    public static ImprintAlgorithm ByOid(string oid)
    {
        foreach (var known in s_byArc)
        {
            if (known.Length > 0 && string.Equals(known.Oid, oid, StringComparison.Ordinal))
            {
                return known;
            }
        }

        return default;
    }

    /// <summary>By the OID's contents octets.</summary>
    public static bool TryFind(ReadOnlySpan<byte> oid, out ImprintAlgorithm found)
    {
        found = oid.Length == 9 && oid.StartsWith(NistHashes) && oid[8] < s_byArc.Length ? s_byArc[oid[8]] : default;
        return found.Length > 0;
    }

    /// <summary>The AlgorithmIdentifier, without parameters (RFC 5754 section 2).</summary>
    public void WriteIdentifier(ref DerCursor cursor)
    {
        cursor.Header(Der.Sequence, Der.SizeOf(NistHashes.Length + 1));
        cursor.Header(Der.ObjectIdentifier, NistHashes.Length + 1);
        cursor.Raw(NistHashes);
        cursor.Raw([Arc]);
    }
}
