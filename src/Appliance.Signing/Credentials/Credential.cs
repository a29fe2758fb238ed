using Appliance.Pkcs11;
using Appliance.Signing.Algorithms;
using Appliance.Signing.Keys;
using Appliance.Storage;

namespace Appliance.Signing.Credentials;

/// <summary>A credential as loaded from the store, its link to the key already proven by its MAC.</summary>
internal sealed class Credential
{
    private readonly CredentialRow _row;
    private bool? _isForTlsLogin;

    public Credential(CredentialRow row)
    {
        _row = row;
        KeyAlgorithm = (KeyAlgorithm)row.KeyAlgorithm;
        Key = row.WrappedKey.Length == 0
            ? new KeyReference(row.KeyId, row.KeyLabel, row.PublicKey)
            : new KeyReference(
                row.KeyId,
                row.KeyLabel,
                row.PublicKey,
                new WrappedKey(KeyWrappingKey.Of(row.WrappingKeyId), row.WrappedKey));
        Algorithms = SignatureAlgorithm.For(KeyAlgorithm);
    }

    public Guid Id => _row.Id;

    public Guid SignerId => _row.SignerId;

    /// <summary>Raised by every change; the reservation refuses a decision made on an older one.</summary>
    public long Version => _row.Version;

    public KeyReference Key { get; }

    public KeyAlgorithm KeyAlgorithm { get; }

    /// <summary>CSC key.algo.</summary>
    public IReadOnlyList<string> Algorithms { get; }

    public int Scal => _row.Scal;

    public int Multisign => _row.Multisign;

    /// <summary>Which hashes an extension may add.</summary>
    public ExtensionPolicy Extension => _row.Extension;

    /// <summary>A SAD is good for one signHash.</summary>
    public bool OneShot => _row is { Scal: 1, SadReuse: SadReuse.OneShot };

    /// <summary>What the signer must give to authorise.</summary>
    public CredentialFactors Factors => _row.Factors;

    /// <summary>Signs only while a package has transactions left.</summary>
    public bool Metered => _row.Metered;

    /// <summary>
    /// The certificate may authenticate a client of TLS: digitalSignature (RFC 5280 4.2.1.3) and id-kp-clientAuth
    /// (4.2.1.12), both named.
    /// </summary>
    public bool IsForTlsLogin => _isForTlsLogin ??= _row.Certificates is [var leaf, ..] && TlsCertificate.IsFit(leaf);

    public bool IsEnabled => _row.State == CredentialState.Enabled;

    /// <summary>True when the certificate's validity holds at this instant (Unix milliseconds UTC).</summary>
    public bool IsValidAt(long now) => now >= _row.NotBefore && now <= _row.NotAfter;

    /// <summary>As credentials/info shows it.</summary>
    public CredentialInfo Describe(long now) => new()
    {
        Id = _row.Id,
        Description = _row.Description,
        KeyEnabled = IsEnabled && IsValidAt(now),
        Algorithms = Algorithms,
        KeyLength = KeyLength(KeyAlgorithm),
        Curve = Curve(KeyAlgorithm),
        Certificates = _row.Certificates,
        CertificateStatus = CertificateStatus(now),
        Scal = _row.Scal,
        Multisign = _row.Multisign,
        Factors = _row.Factors,
    };

    private string CertificateStatus(long now)
    {
        if (_row.State == CredentialState.Suspended)
        {
            return "suspended";
        }

        return now > _row.NotAfter ? "expired" : "valid";
    }

    private static int KeyLength(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.Rsa2048 => 2048,
        KeyAlgorithm.Rsa3072 => 3072,
        KeyAlgorithm.Rsa4096 => 4096,
        KeyAlgorithm.EcP256 => 256,
        KeyAlgorithm.EcP384 => 384,
        _ => 521,
    };

    private static string? Curve(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.EcP256 => "1.2.840.10045.3.1.7",
        KeyAlgorithm.EcP384 => "1.3.132.0.34",
        KeyAlgorithm.EcP521 => "1.3.132.0.35",
        _ => null,
    };
}
