using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Imports;

/// <summary>
/// Keys and certificates that others put into an installation's token: pkcs11-tool makes them, a CA of the test's
/// certifies them.
/// </summary>
internal sealed class ForeignToken : IDisposable
{
    private readonly Installation _installation;
    private readonly ECDsa _caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _ca;
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public ForeignToken(Installation installation)
    {
        _installation = installation;
        var request = new CertificateRequest("CN=Stranger CA", _caKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _ca = request.CreateSelfSigned(_now.AddYears(-9), _now.AddYears(9));
    }

    public X509Certificate2 Authority => _ca;

    /// <summary>A key pair by pkcs11-tool.</summary>
    /// <param name="type">As it writes them: rsa:2048, EC:prime256v1.</param>
    /// <param name="id">Hex.</param>
    /// <param name="label">CKA_LABEL.</param>
    /// <param name="more">More of its options.</param>
    public void MakeKey(string type, string id, string label, params string[] more)
        => Run(
            ["--login", "--pin", SoftHsmTokens.Pin, "--keypairgen", "--key-type", type, "--id", id, "--label", label,
                .. more]);

    /// <summary>An RSA key pair that decrypts only; of pkcs11-tool the token takes the unsaid for allowed.</summary>
    public void MakeDecryptionKey(string id, string label)
    {
        using var module = Pkcs11Module.Load(SoftHsmTokens.Library);
        using var token = module.OpenToken(TokenSelector.Parse(_installation.Token));
        Login(token);
        token.GenerateKeyPair(KeyAlgorithm.Rsa2048, Convert.FromHexString(id), label, KeyUse.Decrypt);
    }

    /// <summary>Leaves the private key alone.</summary>
    public void RemovePublicKey(string id)
        => Run(["--login", "--pin", SoftHsmTokens.Pin, "--delete-object", "--type", "pubkey", "--id", id]);

    public void WriteCertificate(X509Certificate2 certificate, string id, string label)
    {
        var file = _installation.PathOf($"{id}.der");
        File.WriteAllBytes(file, certificate.RawData);
        Run(["--login", "--pin", SoftHsmTokens.Pin, "--write-object", file, "--type", "cert", "--id", id, "--label",
            label]);
    }

    /// <summary>The public key that the token has under this id.</summary>
    public byte[] PublicKey(string id)
    {
        using var module = Pkcs11Module.Load(SoftHsmTokens.Library);
        using var token = module.OpenToken(TokenSelector.Parse(_installation.Token));
        Login(token);
        return token.FindKeys(Convert.FromHexString(id))
            .Single(key => key.Class == TokenKeyClass.Public).SubjectPublicKeyInfo!;
    }

    public void Login(Token token)
    {
        using var pin = PinSource.FromBytes(System.Text.Encoding.UTF8.GetBytes(SoftHsmTokens.Pin));
        token.Login(pin, new RefusedPins(_installation.PathOf("foreign.refused-pins"), TimeProvider.System));
    }

    public X509Certificate2 Certify(
        byte[] publicKey, string subject = "CN=Ioana", int years = 1, bool isAuthority = false)
    {
        var request = new CertificateRequest(
            new X500DistinguishedName(subject),
            System.Security.Cryptography.X509Certificates.PublicKey.CreateFromSubjectPublicKeyInfo(publicKey, out _),
            HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_ca, includeKeyIdentifier: true, false));
        return request.Create(
            _ca.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_caKey),
            years < 0 ? _now.AddYears(years - 1) : _now.AddDays(-1),
            _now.AddYears(years).AddDays(-1),
            RandomNumberGenerator.GetBytes(8));
    }

    /// <summary>Leaf and CA in a file.</summary>
    public string WritePem(X509Certificate2 leaf, string name)
    {
        var file = _installation.PathOf(name);
        File.WriteAllText(file, leaf.ExportCertificatePem() + "\n" + _ca.ExportCertificatePem() + "\n");
        return file;
    }

    public void Dispose()
    {
        _caKey.Dispose();
        _ca.Dispose();
    }

    private void Run(string[] arguments)
    {
        var start = new ProcessStartInfo(
            "pkcs11-tool", ["--module", SoftHsmTokens.Library, "--token-label", _installation.Token, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["SOFTHSM2_CONF"] = SoftHsmTokens.Configuration },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.GetAwaiter().GetResult());
    }
}
