using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// The certificates of a credential as a CA answered them: read from PEM in whatever order, proven to be one chain of
/// valid signatures that starts at the credential's own key, ordered leaf first.
/// </summary>
internal sealed class CertificateChain
{
    /// <summary>Deeper chains are mistakes: eIDAS and WebPKI hierarchies have three or four.</summary>
    public const int CountLimit = 8;

    private const int PemLimit = 128 * 1024;

    private CertificateChain(IReadOnlyList<byte[]> certificates, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        Certificates = certificates;
        NotBefore = notBefore;
        NotAfter = notAfter;
    }

    /// <summary>DER, leaf first, each followed by its issuer.</summary>
    public IReadOnlyList<byte[]> Certificates { get; }

    /// <summary>Start of the leaf's validity.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>End of the leaf's validity.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>Reads and checks a chain.</summary>
    /// <param name="pem">One to eight certificates in PEM, in any order; anything else in the text is ignored.</param>
    /// <param name="publicKey">SubjectPublicKeyInfo of the credential's key.</param>
    /// <param name="now">The leaf must not have expired by then.</param>
    /// <exception cref="ProvisioningException">It is not the chain of this key, or does not verify.</exception>
    public static CertificateChain Read(string pem, ReadOnlySpan<byte> publicKey, DateTimeOffset now)
        => Check(Parse(pem), publicKey, now, allowExpired: false);

    /// <summary>The same of certificates that are at hand.</summary>
    /// <param name="certificates">DER, one to eight, in any order.</param>
    /// <param name="publicKey">SubjectPublicKeyInfo of the credential's key.</param>
    /// <param name="now">The leaf must not have expired by then.</param>
    /// <param name="allowExpired">It may have.</param>
    /// <exception cref="ProvisioningException">It is not the chain of this key, or does not verify.</exception>
    public static CertificateChain Of(
        IEnumerable<byte[]> certificates, ReadOnlySpan<byte> publicKey, DateTimeOffset now, bool allowExpired)
        => Check([.. certificates.Select(Load)], publicKey, now, allowExpired);

    /// <summary>The DER of the certificates in a PEM text.</summary>
    /// <exception cref="ProvisioningException">There is none, or too many, or one that cannot be read.</exception>
    public static IReadOnlyList<byte[]> Split(string pem)
    {
        var certificates = Parse(pem);
        try
        {
            return [.. certificates.Select(certificate => certificate.RawData)];
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    private static X509Certificate2 Load(byte[] der)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException error)
        {
            throw new ProvisioningException("A certificate cannot be read; export it again.", error);
        }
    }

    private static CertificateChain Check(
        X509Certificate2Collection certificates, ReadOnlySpan<byte> publicKey, DateTimeOffset now, bool allowExpired)
    {
        try
        {
            var leaf = FindLeaf(certificates, publicKey);
            CheckLeaf(leaf, now, allowExpired);
            var ordered = Order(leaf, certificates);
            CheckSignatures(ordered, now);
            return new CertificateChain(
                [.. ordered.Select(certificate => certificate.RawData)],
                new DateTimeOffset(leaf.NotBefore.ToUniversalTime()),
                new DateTimeOffset(leaf.NotAfter.ToUniversalTime()));
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    private static X509Certificate2Collection Parse(string pem)
    {
        if (pem.Length > PemLimit)
        {
            throw new ProvisioningException($"A certificate chain has at most {PemLimit / 1024} KiB of PEM.");
        }

        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException error)
        {
            throw new ProvisioningException("The PEM holds a certificate that cannot be read; export it again.", error);
        }

        return certificates.Count switch
        {
            0 => throw new ProvisioningException(
                "There is no certificate in the PEM (no -----BEGIN CERTIFICATE-----); convert DER with openssl x509."),
            > CountLimit => throw new ProvisioningException(
                $"The PEM holds {certificates.Count} certificates, more than {CountLimit}; give the one chain only."),
            _ => certificates,
        };
    }

    private static X509Certificate2 FindLeaf(X509Certificate2Collection certificates, ReadOnlySpan<byte> publicKey)
    {
        foreach (var certificate in certificates)
        {
            if (certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(publicKey))
            {
                return certificate;
            }
        }

        throw new ProvisioningException(
            "None of the certificates is for this credential's key; import the answer to this credential's own CSR.");
    }

    private static void CheckLeaf(X509Certificate2 leaf, DateTimeOffset now, bool allowExpired)
    {
        if (!allowExpired && leaf.NotAfter.ToUniversalTime() <= now.UtcDateTime)
        {
            throw new ProvisioningException(
                $"The certificate expired at {leaf.NotAfter.ToUniversalTime():u}; ask the CA for a new one.");
        }

        foreach (var extension in leaf.Extensions)
        {
            if (extension is X509BasicConstraintsExtension { CertificateAuthority: true })
            {
                throw new ProvisioningException("The certificate is one of a CA; a signer's has CA:FALSE.");
            }

            if (extension is X509KeyUsageExtension usage
                && (usage.KeyUsages & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation))
                    == X509KeyUsageFlags.None)
            {
                throw new ProvisioningException(
                    "The certificate's key usage has neither digitalSignature nor nonRepudiation.");
            }
        }
    }

    /// <summary>From the leaf up by issuer name; every certificate must have its place.</summary>
    private static List<X509Certificate2> Order(X509Certificate2 leaf, X509Certificate2Collection certificates)
    {
        var ordered = new List<X509Certificate2> { leaf };
        var current = leaf;
        while (!IsSelfIssued(current) && FindIssuer(current, certificates, ordered) is { } issuer)
        {
            ordered.Add(issuer);
            current = issuer;
        }

        foreach (var certificate in certificates)
        {
            if (!ordered.Exists(placed => placed.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)))
            {
                throw new ProvisioningException(
                    $"The certificate of \"{certificate.Subject}\" is not in the chain of \"{leaf.Subject}\"; "
                    + "leave it out.");
            }
        }

        return ordered;
    }

    private static X509Certificate2? FindIssuer(
        X509Certificate2 subject,
        X509Certificate2Collection certificates,
        List<X509Certificate2> placed)
    {
        foreach (var candidate in certificates)
        {
            if (!placed.Contains(candidate)
                && candidate.SubjectName.RawData.AsSpan().SequenceEqual(subject.IssuerName.RawData))
            {
                return candidate;
            }
        }

        return null;
    }

    private static bool IsSelfIssued(X509Certificate2 certificate)
        => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    /// <summary>
    /// Every signature but that of the last one's absent issuer. Whether the CA is to be trusted is the operator's
    /// decision, made by importing; nothing is fetched from the network.
    /// </summary>
    private static void CheckSignatures(List<X509Certificate2> ordered, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority
            | X509VerificationFlags.IgnoreNotTimeValid;
        foreach (var certificate in ordered.Skip(1))
        {
            chain.ChainPolicy.ExtraStore.Add(certificate);
        }

        if (IsSelfIssued(ordered[^1]))
        {
            chain.ChainPolicy.CustomTrustStore.Add(ordered[^1]);
        }

        var verified = chain.Build(ordered[0]);
        var depth = chain.ChainElements.Count;
        var reasons = chain.ChainStatus.Select(status => status.Status).ToArray();
        Dispose(chain);
        if (!verified || depth != ordered.Count)
        {
            throw new ProvisioningException(
                $"The certificate chain does not verify ({string.Join(", ", reasons)}); "
                + "import the certificates as the CA gave them.");
        }
    }

    private static void Dispose(X509Chain chain)
    {
        foreach (var element in chain.ChainElements)
        {
            element.Certificate.Dispose();
        }
    }
}
