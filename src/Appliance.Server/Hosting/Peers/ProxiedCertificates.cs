using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Server.Hosting.Peers;

/// <summary>
/// Judges certificates that configured proxies pass on. The proxy has verified what its client showed; we look again
/// at what we can: that it is a certificate, that it has not expired, and its chain where authorities are configured.
/// What was judged is remembered for a minute: a client's certificate comes with each of its requests.
/// </summary>
internal sealed class ProxiedCertificates(ClientCertificateTrust trust, TimeProvider time)
{
    private const int Most = 1_024;

    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ShownCertificate? Shown, long Until)> _judged = new(StringComparer.Ordinal);

    /// <summary>The certificate when it is accepted, else null.</summary>
    /// <param name="der">As the proxy passed it on.</param>
    /// <param name="chain">The authorities between, as it passed them on.</param>
    public ShownCertificate? Find(byte[] der, IReadOnlyList<byte[]>? chain = null)
    {
        var key = KeyOf(der, chain ?? []);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_lock)
        {
            if (_judged.TryGetValue(key, out var known) && now < known.Until)
            {
                return known.Shown;
            }
        }

        var shown = Judge(der, chain ?? []);
        lock (_lock)
        {
            if (_judged.Count >= Most)
            {
                _judged.Clear();
            }

            _judged[key] = (shown, now + (long)s_life.TotalMilliseconds);
        }

        return shown;
    }

    private ShownCertificate? Judge(byte[] der, IReadOnlyList<byte[]> chain)
    {
        var others = new X509Certificate2Collection();
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            if (!certificate.RawData.AsSpan().SequenceEqual(der))
            {
                return null;
            }

            foreach (var other in chain)
            {
                others.Add(X509CertificateLoader.LoadCertificate(other));
            }

            var verdict = trust.Judge(certificate, others);
            var isAccepted = ClientCertificateTrust.Accepts(verdict)
                || (verdict == CertificateVerdict.Untrusted && !trust.HasAuthorities);
            return isAccepted ? new ShownCertificate(der, verdict == CertificateVerdict.FromAuthority) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            foreach (var other in others)
            {
                other.Dispose();
            }
        }
    }

    private static string KeyOf(byte[] der, IReadOnlyList<byte[]> chain)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SHA256.HashData(der));
        foreach (var other in chain)
        {
            hash.AppendData(SHA256.HashData(other));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
