using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Storage;
using Appliance.Timestamping;

namespace Appliance.Server.Auditing;

/// <summary>
/// Looks at the time stamps of seals: 1 each is over its seal's signature, 2 its time is when the seal says that it was
/// made, 3 it is genuine and by a unit of a trusted authority.
/// </summary>
internal sealed class SealStampCheck
{
    /// <summary>The clock that seals are dated by may be that much ahead of the one that stamps: two nodes.</summary>
    private static readonly TimeSpan s_early = TimeSpan.FromSeconds(5);

    /// <summary>A token that signs slowly, and then one that stamps slowly.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromMinutes(5);

    private readonly TimestampVerifier? _verifier;

    /// <summary>Verifies by these certificates.</summary>
    /// <param name="certificates">Roots, and what leads to them; without a root 3 is left out.</param>
    public SealStampCheck(X509Certificate2Collection certificates)
    {
        var roots = new X509Certificate2Collection();
        foreach (var one in certificates)
        {
            if (one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData))
            {
                roots.Add(one);
            }
        }

        _verifier = roots.Count > 0 ? new TimestampVerifier(roots, certificates) : null;
    }

    /// <summary>False where nothing is known to verify signatures by.</summary>
    public bool HasRoots => _verifier is not null;

    /// <summary>What is wrong, as the end of a sentence; null when nothing is.</summary>
    public string? FindFault(AuditSealRow seal)
    {
        TimestampToken told;
        try
        {
            told = TimestampToken.Decode(seal.Timestamp);
        }
        catch (AsnContentException)
        {
            return "it is no time-stamp token";
        }

        var digest = SHA256.HashData(seal.Signature);
        var made = DateTimeOffset.FromUnixTimeMilliseconds(seal.At);
        if (told.HashAlgorithm != HashAlgorithmName.SHA256 || !told.Digest.Span.SequenceEqual(digest))
        {
            return "it is over something else than the seal's signature";
        }

        if (told.Time < made - s_early || told.Time > made + s_late)
        {
            return $"it says {told.Time:u}, and the seal {made:u}";
        }

        var verified = _verifier?.Verify(seal.Timestamp, digest);
        return verified is null || verified.Verdict == TimestampVerdict.Valid
            ? null
            : verified.Text.TrimEnd('.');
    }
}
