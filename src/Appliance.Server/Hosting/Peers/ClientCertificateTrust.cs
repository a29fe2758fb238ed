using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Server.Hosting.Peers;

/// <summary>
/// Which client certificates a TLS handshake lets through. Besides those of the configured authorities that is every
/// self-signed one that has not expired: the handshake proves that the client has its key, and what it may do with it
/// is Identity's to say, which knows the registered ones by their bytes. A name in a self-signed certificate is worth
/// nothing, so <see cref="PeerFacts.IsFromAuthority"/> tells them apart. To refuse unknown ones here instead would put
/// the clients' table before every stranger's handshake.
/// </summary>
internal sealed class ClientCertificateTrust
{
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private const string AnyUse = "2.5.29.37.0";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly X509Certificate2Collection _authorities;
    private readonly RevocationPolicy _revocation;
    private readonly TimeProvider _time;

    public ClientCertificateTrust(
        X509Certificate2Collection authorities, RevocationPolicy revocation, TimeProvider time)
    {
        _authorities = authorities;
        _revocation = revocation;
        _time = time;
    }

    public bool HasAuthorities => _authorities.Count > 0;

    /// <summary>Whether a connection may go on with this certificate.</summary>
    public static bool Accepts(CertificateVerdict verdict)
        => verdict is CertificateVerdict.FromAuthority or CertificateVerdict.SelfSigned;

    /// <summary>
    /// How the platform is to build its own chain beside ours: it fetches nothing, whatever addresses a stranger's
    /// certificate names.
    /// </summary>
    public X509ChainPolicy PlatformPolicy() => Policy(new X509Certificate2Collection(), X509RevocationMode.NoCheck);

    /// <summary>Judges a certificate.</summary>
    /// <param name="certificate">The client's.</param>
    /// <param name="others">What the client sent along; authorities between it and a configured one.</param>
    public CertificateVerdict Judge(X509Certificate2 certificate, X509Certificate2Collection others)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        if (now < certificate.NotBefore.ToUniversalTime() || now > certificate.NotAfter.ToUniversalTime())
        {
            return CertificateVerdict.OutOfTime;
        }

        if (!IsForClients(certificate))
        {
            return CertificateVerdict.OtherUse;
        }

        // Its own issuer is told by name, and an authority that is configured as such comes first.
        if (Build(certificate, others, X509RevocationMode.NoCheck) == X509ChainStatusFlags.NoError)
        {
            return _revocation == RevocationPolicy.Off
                ? CertificateVerdict.FromAuthority
                : AskAuthority(certificate, others);
        }

        return certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
            ? CertificateVerdict.SelfSigned
            : CertificateVerdict.Untrusted;
    }

    /// <summary>Only for what a configured authority has signed: no stranger's certificate says where we ask.</summary>
    private CertificateVerdict AskAuthority(X509Certificate2 certificate, X509Certificate2Collection others)
    {
        var status = Build(certificate, others, X509RevocationMode.Online);
        if (status.HasFlag(X509ChainStatusFlags.Revoked))
        {
            return CertificateVerdict.Revoked;
        }

        return status == X509ChainStatusFlags.NoError || _revocation == RevocationPolicy.WhenKnown
            ? CertificateVerdict.FromAuthority
            : CertificateVerdict.RevocationUnknown;
    }

    private X509ChainStatusFlags Build(
        X509Certificate2 certificate, X509Certificate2Collection others, X509RevocationMode mode)
    {
        if (_authorities.Count == 0)
        {
            return X509ChainStatusFlags.UntrustedRoot;
        }

        using var chain = new X509Chain { ChainPolicy = Policy(others, mode) };
        try
        {
            return chain.Build(certificate)
                ? X509ChainStatusFlags.NoError
                : chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        }
        catch (CryptographicException)
        {
            return X509ChainStatusFlags.PartialChain;
        }
        finally
        {
            foreach (var element in chain.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }
    }

    private X509ChainPolicy Policy(X509Certificate2Collection others, X509RevocationMode mode)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            DisableCertificateDownloads = true,
            RevocationMode = mode,
            RevocationFlag = X509RevocationFlag.ExcludeRoot,
            UrlRetrievalTimeout = s_patience,
            VerificationTime = _time.GetUtcNow().UtcDateTime,
            VerificationTimeIgnored = false,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        policy.ExtraStore.AddRange(others);
        return policy;
    }

    private static bool IsForClients(X509Certificate2 certificate)
    {
        foreach (var extension in certificate.Extensions)
        {
            if (extension is X509EnhancedKeyUsageExtension use)
            {
                return use.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value is ClientUse or AnyUse);
            }
        }

        return true;
    }
}
