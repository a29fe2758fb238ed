using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Storage;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// A small CA for demonstrations and tests, its key in the same token as the signers' keys. Its certificates are for
/// signing documents and for signing in by TLS, as those of the services that it stands in for.
/// </summary>
public sealed class DemoAuthority : IDisposable
{
    private const string CertificateMeta = "demo-ca.certificate";
    private const string KeyIdMeta = "demo-ca.key-id";
    private const string KeyLabel = "appliance demo CA";
    private const int ValidityYears = 20;
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Validities on offer are 1 to 3 years.</summary>
    internal const int YearsLimit = 3;

    /// <summary>Certificates of time-stamping units outlive what was stamped with them for a while.</summary>
    internal const int TimestampYearsLimit = 15;

    private readonly Token _token;
    private readonly KeyReference _key;
    private readonly X509Certificate2 _certificate;

    private DemoAuthority(Token token, KeyReference key, X509Certificate2 certificate)
    {
        _token = token;
        _key = key;
        _certificate = certificate;
    }

    /// <summary>The CA's self-signed certificate, DER.</summary>
    public byte[] Certificate => _certificate.RawData;

    /// <summary>The CA's key in the token.</summary>
    public KeyReference Key => _key;

    /// <summary>Until when the CA can issue.</summary>
    public DateTimeOffset NotAfter => new(_certificate.NotAfter.ToUniversalTime());

    /// <summary>Makes the CA's EC P-256 key pair in the token, and its certificate; see <see cref="Save"/>.</summary>
    public static DemoAuthority Create(Token token, string name, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(time);
        var subject = new CertificateSubject(name).ToDistinguishedName();
        var id = RandomNumberGenerator.GetBytes(16);
        var spki = token.GenerateKeyPair(KeyAlgorithm.EcP256, id, KeyLabel);
        var key = new KeyReference(id, KeyLabel, spki);
        try
        {
            var publicKey = PublicKey.CreateFromSubjectPublicKeyInfo(spki, out _);
            var request = new CertificateRequest(subject, publicKey, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
            request.CertificateExtensions.Add(
                new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(publicKey, false));
            var now = time.GetUtcNow();
            var certificate = request.Create(
                subject,
                new TokenSignatureGenerator(token, key),
                now.AddMinutes(-5), // for verifiers whose clock is a little behind
                now.AddYears(ValidityYears),
                NewSerialNumber());
            return new DemoAuthority(token, key, certificate);
        }
        catch
        {
            token.DestroyKey(id, KeyLabel);
            throw;
        }
    }

    /// <summary>The CA of this store, or null when none was made (`appliance init` makes it).</summary>
    /// <exception cref="ProvisioningException">What the store holds is no certificate.</exception>
    public static DemoAuthority? Load(StoreConnection connection, Token token)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var der = connection.Meta.Get(CertificateMeta);
        var keyId = connection.Meta.Get(KeyIdMeta);
        if (der is null || keyId is null)
        {
            return null;
        }

        try
        {
            var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(der));
            var spki = certificate.PublicKey.ExportSubjectPublicKeyInfo();
            var key = new KeyReference(Convert.FromHexString(keyId), KeyLabel, spki);
            return new DemoAuthority(token, key, certificate);
        }
        catch (Exception error) when (error is CryptographicException or FormatException or ArgumentException)
        {
            throw new ProvisioningException(
                "The demo CA's certificate in the store is damaged; restore the store from a backup.", error);
        }
    }

    /// <summary>Writes the CA into the store.</summary>
    public void Save(StoreConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        connection.Meta.Set(CertificateMeta, Convert.ToBase64String(Certificate));
        connection.Meta.Set(KeyIdMeta, Convert.ToHexStringLower(_key.Id.Span));
    }

    /// <summary>Destroys the CA's key pair: for an init whose commit failed.</summary>
    public void Destroy() => _token.DestroyKey(_key.Id.Span, _key.Label);

    /// <summary>
    /// Issues a certificate for a key: digitalSignature and nonRepudiation, extended key usage clientAuth. It ends
    /// <paramref name="years"/> after it starts, or with the CA if that is earlier.
    /// </summary>
    /// <param name="publicKey">SubjectPublicKeyInfo, DER.</param>
    /// <param name="subject">Whom it names.</param>
    /// <param name="notBefore">Its start, to the second.</param>
    /// <param name="years">1, 2 or 3.</param>
    /// <returns>The certificate, DER.</returns>
    /// <exception cref="ProvisioningException">The subject or the validity cannot be.</exception>
    public byte[] Issue(byte[] publicKey, CertificateSubject subject, DateTimeOffset notBefore, int years)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (years is < 1 or > YearsLimit)
        {
            throw new ProvisioningException(
                FormattableString.Invariant($"A certificate is valid for 1 to {YearsLimit} years, not {years}."));
        }

        if (notBefore >= NotAfter)
        {
            throw new ProvisioningException($"The demo CA ends at {NotAfter:u}; let the certificate start before.");
        }

        var key = PublicKey.CreateFromSubjectPublicKeyInfo(publicKey, out _);
        var request = new CertificateRequest(subject.ToDistinguishedName(), key, HashAlgorithmName.SHA256);
        AddLeafExtensions(request, key);
        return Issue(request, notBefore, notBefore.AddYears(years));
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    /// <summary>
    /// Issues a certificate for a time-stamping unit. It ends when it shall, or with the CA if that is earlier.
    /// </summary>
    /// <param name="publicKey">SubjectPublicKeyInfo, DER.</param>
    /// <param name="subject">Whom it names.</param>
    /// <param name="extensions">All but the authority key identifier.</param>
    /// <param name="notBefore">Its start, to the second.</param>
    /// <param name="notAfter">Its end, to the second.</param>
    /// <returns>The certificate, DER.</returns>
    internal byte[] IssueForTimestamping(
        byte[] publicKey,
        TimestampSubject subject,
        IEnumerable<X509Extension> extensions,
        DateTimeOffset notBefore,
        DateTimeOffset notAfter)
    {
        var key = PublicKey.CreateFromSubjectPublicKeyInfo(publicKey, out _);
        var request = new CertificateRequest(subject.ToDistinguishedName(), key, HashAlgorithmName.SHA256);
        foreach (var extension in extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        return Issue(request, notBefore, notAfter);
    }

    private byte[] Issue(CertificateRequest request, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        using var certificate = request.Create(
            _certificate.SubjectName,
            new TokenSignatureGenerator(_token, _key),
            notBefore,
            notAfter < NotAfter ? notAfter : NotAfter,
            NewSerialNumber());
        return certificate.RawData;
    }

    private static void AddLeafExtensions(CertificateRequest request, PublicKey key)
    {
        var extensions = request.CertificateExtensions;
        extensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        extensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, true));
        extensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientAuthentication)], false));
        extensions.Add(new X509SubjectKeyIdentifierExtension(key, false));
    }

    /// <summary>159 bits, 158 of them random: positive and at most 20 octets (RFC 5280 section 4.1.2.2).</summary>
    private static byte[] NewSerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(20);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }
}
