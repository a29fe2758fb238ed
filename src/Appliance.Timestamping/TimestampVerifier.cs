using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using Appliance.Timestamping.Asn1;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping;

/// <summary>
/// Verifies tokens and archive time-stamps of any authority: 1 structure, 2 digest and nonce, 3 signature with the
/// certificate that ESSCertID names (RFC 3161 section 2.4.2, RFC 5816), 4 that certificate's chain and purpose at
/// genTime. Revocation is not asked for.
/// </summary>
public sealed class TimestampVerifier
{
    private const string NotForTimestamps
        = "The certificate is not for time-stamps alone (a critical extendedKeyUsage of timeStamping).";

    private readonly X509Certificate2Collection _roots;
    private readonly X509Certificate2Collection _others;

    /// <summary>A verifier.</summary>
    /// <param name="roots">Trusted authorities; at least one.</param>
    /// <param name="others">Certificates that a token may have left out; null for none.</param>
    public TimestampVerifier(X509Certificate2Collection roots, X509Certificate2Collection? others = null)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentOutOfRangeException.ThrowIfZero(roots.Count, nameof(roots));
        _roots = roots;
        _others = others ?? [];
    }

    /// <summary>Verifies a token against a digest.</summary>
    /// <param name="token">DER of the ContentInfo.</param>
    /// <param name="digest">Of the document, by the imprint's algorithm.</param>
    /// <param name="nonce">Contents octets of the request's nonce; empty when it had none or is not known.</param>
    public TimestampVerification Verify(
        ReadOnlyMemory<byte> token, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> nonce = default)
    {
        TimestampToken told;
        SignedCms cms;
        try
        {
            told = TimestampToken.Decode(token, out cms);
        }
        catch (AsnContentException e)
        {
            return new TimestampVerification(TimestampVerdict.Malformed, null, null, e.Message);
        }

        if (!told.Digest.Span.SequenceEqual(digest))
        {
            return new TimestampVerification(
                TimestampVerdict.OtherDigest, told, null, "The token is over another digest.");
        }

        return nonce.IsEmpty || told.Nonce.Span.SequenceEqual(nonce)
            ? VerifySignature(token, told, cms)
            : new TimestampVerification(
                TimestampVerdict.OtherNonce, told, null, "The token answers a request with another nonce.");
    }

    /// <summary>Verifies that a digest is under the token of an ArchiveTimeStamp (RFC 4998 section 4.3).</summary>
    /// <param name="archiveTimestamp">DER.</param>
    /// <param name="digest">Of the document, by the hash algorithm of the tree.</param>
    public TimestampVerification VerifyArchive(ReadOnlyMemory<byte> archiveTimestamp, ReadOnlySpan<byte> digest)
    {
        ArchiveTimestamp archive;
        try
        {
            archive = ArchiveTimestamp.Decode(archiveTimestamp);
        }
        catch (AsnContentException e)
        {
            return new TimestampVerification(TimestampVerdict.Malformed, null, null, e.Message);
        }

        var root = archive.FindRoot(digest);
        if (root is null)
        {
            return new TimestampVerification(
                TimestampVerdict.OtherDigest, null, null, "The digest is not in the reduced hash tree.");
        }

        var result = Verify(archive.Token, root);
        return result.Verdict == TimestampVerdict.Valid && result.Token?.HashAlgorithm != archive.HashAlgorithm
            ? result with { Verdict = TimestampVerdict.OtherDigest, Text = "The token is by another hash algorithm." }
            : result;
    }

    private TimestampVerification VerifySignature(ReadOnlyMemory<byte> token, TimestampToken told, SignedCms cms)
    {
        X509Certificate2? signer = null;
        try
        {
            if (cms.SignerInfos is not [var only] || !IsStrong(only.DigestAlgorithm))
            {
                return new TimestampVerification(
                    TimestampVerdict.BadSignature, told, null, "Not one signature, or by a hash that is not trusted.");
            }

            // Also checks ESSCertID(v2) against the certificate, and the extended key usage.
            var algorithm = new Oid(ImprintAlgorithm.ByName(told.HashAlgorithm).Oid);
            if (!Rfc3161TimestampToken.TryDecode(token, out var decoded, out _)
                || !decoded.VerifySignatureForHash(told.Digest.Span, algorithm, out signer, _others))
            {
                return Explain(told, only);
            }

            return CertificateCheck.IsForTimestampsAlone(signer.Extensions)
                ? VerifyChain(told, cms.Certificates, signer)
                : new TimestampVerification(
                    TimestampVerdict.Untrusted, told, signer, NotForTimestamps);
        }
        catch (CryptographicException e)
        {
            return new TimestampVerification(TimestampVerdict.BadSignature, told, signer, e.Message);
        }
    }

    /// <summary>What is wrong where the platform says no more than that something is.</summary>
    private TimestampVerification Explain(TimestampToken told, SignerInfo signature)
    {
        if (FindSigner(signature) is not { } signer)
        {
            return new TimestampVerification(
                TimestampVerdict.BadSignature,
                told,
                null,
                "The certificate of its unit is neither in the token nor given besides.");
        }

        var time = told.Time.UtcDateTime;
        if (time < signer.NotBefore.ToUniversalTime() || time > signer.NotAfter.ToUniversalTime())
        {
            return new TimestampVerification(
                TimestampVerdict.Untrusted, told, signer, "The unit's certificate was not valid at that time.");
        }

        return CertificateCheck.IsForTimestampsAlone(signer.Extensions)
            ? new TimestampVerification(
                TimestampVerdict.BadSignature,
                told,
                signer,
                "The signature is wrong, or not by the certificate that the token names.")
            : new TimestampVerification(
                TimestampVerdict.Untrusted,
                told,
                signer,
                NotForTimestamps);
    }

    private X509Certificate2? FindSigner(SignerInfo info)
        => info.Certificate
            ?? (info.SignerIdentifier.Value is X509IssuerSerial named
                ? _others.FirstOrDefault(other
                    => string.Equals(other.SerialNumber, named.SerialNumber, StringComparison.OrdinalIgnoreCase)
                        && string.Equals(other.Issuer, named.IssuerName, StringComparison.Ordinal))
                : null);

    /// <summary>SHA-1 and MD5 are none of these.</summary>
    private static bool IsStrong(Oid algorithm)
        => ImprintAlgorithm.All.Any(known => string.Equals(known.Oid, algorithm.Value, StringComparison.Ordinal));

    private TimestampVerification VerifyChain(
        TimestampToken told, X509Certificate2Collection carried, X509Certificate2 signer)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
        chain.ChainPolicy.ExtraStore.AddRange(_others);
        chain.ChainPolicy.ExtraStore.AddRange(carried);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = told.Time.UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(Oids.KeyPurposeTimeStamping));
        return chain.Build(signer)
            ? new TimestampVerification(TimestampVerdict.Valid, told, signer, "Valid.")
            : new TimestampVerification(
                TimestampVerdict.Untrusted,
                told,
                signer,
                string.Join(" ", chain.ChainStatus.Select(status => status.StatusInformation.Trim())));
    }
}
