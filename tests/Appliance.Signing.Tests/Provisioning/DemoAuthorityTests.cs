using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Signing.Provisioning;
using Appliance.Signing.Tests.Keys;

namespace Appliance.Signing.Tests.Provisioning;

[Collection(SharedTokens.Name)]
public sealed class DemoAuthorityTests(SoftHsm hsm)
{
    private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow();

    [Fact]
    public void The_ca_certificate_is_one_of_a_ca_and_signs_itself()
    {
        using var directory = new TemporaryDirectory();
        using var authority = Create();
        var file = directory.WritePem("ca.pem", "CERTIFICATE", authority.Certificate);

        OpenSsl.Run("verify", "-x509_strict", "-check_ss_sig", "-CAfile", file, file);
        var text = OpenSsl.Run("x509", "-in", file, "-noout", "-text");
        Assert.Contains("CA:TRUE, pathlen:0", text, StringComparison.Ordinal);
        Assert.Contains("Certificate Sign, CRL Sign", text, StringComparison.Ordinal);
        Assert.Contains("CN = Demo CA of a test", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KeyAlgorithm.Rsa2048, 1)]
    [InlineData(KeyAlgorithm.EcP256, 2)]
    [InlineData(KeyAlgorithm.EcP521, 3)]
    public void A_certificate_signs_documents_and_signs_in_by_tls(KeyAlgorithm algorithm, int years)
    {
        using var directory = new TemporaryDirectory();
        using var authority = Create();
        var notBefore = s_now.AddDays(-3);
        var subject = new CertificateSubject("Ioana Pop-Ștefănescu", "PNORO-1234", "ioana@example.com");
        var der = authority.Issue(NewKey(algorithm), subject, notBefore, years);
        var leaf = directory.WritePem("leaf.pem", "CERTIFICATE", der);
        var ca = directory.WritePem("ca.pem", "CERTIFICATE", authority.Certificate);

        OpenSsl.Run("verify", "-x509_strict", "-CAfile", ca, "-purpose", "sslclient", leaf);
        var text = OpenSsl.Run("x509", "-in", leaf, "-noout", "-text", "-nameopt", "utf8");
        Assert.Matches("X509v3 Key Usage: critical\\s+Digital Signature, Non Repudiation\n", text);
        Assert.Contains("TLS Web Client Authentication", text, StringComparison.Ordinal);
        Assert.Matches("Basic Constraints: critical\\s+CA:FALSE", text);
        Assert.Contains("X509v3 Subject Key Identifier", text, StringComparison.Ordinal);
        Assert.Contains("X509v3 Authority Key Identifier", text, StringComparison.Ordinal);
        Assert.Contains("CN=Ioana Pop-Ștefănescu", text, StringComparison.Ordinal);
        Assert.Contains("serialNumber=PNORO-1234", text, StringComparison.Ordinal);
        Assert.Contains("emailAddress=ioana@example.com", text, StringComparison.Ordinal);
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        Assert.Equal(Second(notBefore), certificate.NotBefore.ToUniversalTime());
        Assert.Equal(Second(notBefore.AddYears(years)), certificate.NotAfter.ToUniversalTime());
    }

    [Fact]
    public void Serial_numbers_are_positive_long_and_differ()
    {
        using var authority = Create();
        var key = NewKey(KeyAlgorithm.EcP256);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 20; i++)
        {
            var der = authority.Issue(key, new CertificateSubject("Somebody"), s_now, 1);
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            var serial = certificate.SerialNumberBytes.Span;
            Assert.Equal(20, serial.Length);
            Assert.InRange(serial[0], 0x40, 0x7F);
            Assert.True(seen.Add(certificate.SerialNumber));
        }
    }

    [Fact]
    public void No_certificate_outlives_the_ca()
    {
        using var authority = Create();
        var late = authority.NotAfter.AddMonths(-6);
        var der = authority.Issue(NewKey(KeyAlgorithm.EcP256), new CertificateSubject("Somebody"), late, 3);

        using var certificate = X509CertificateLoader.LoadCertificate(der);
        Assert.Equal(authority.NotAfter.UtcDateTime, certificate.NotAfter.ToUniversalTime());
        Assert.Throws<ProvisioningException>(() => authority.Issue(
            NewKey(KeyAlgorithm.EcP256), new CertificateSubject("Somebody"), authority.NotAfter, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Validities_are_one_to_three_years(int years)
    {
        using var authority = Create();
        var key = NewKey(KeyAlgorithm.EcP256);

        Assert.Throws<ProvisioningException>(
            () => authority.Issue(key, new CertificateSubject("Somebody"), s_now, years));
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("a\nb", null, null)]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345", null, null)]
    [InlineData("Somebody", "under_score", null)]
    [InlineData("Somebody", null, "ștefan@example.com")]
    public void Subjects_that_cannot_be_are_refused(string name, string? serialNumber, string? email)
    {
        var subject = new CertificateSubject(name, serialNumber, email);

        Assert.Throws<ProvisioningException>(subject.ToDistinguishedName);
    }

    private static DateTime Second(DateTimeOffset time)
        => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);

    private DemoAuthority Create() => DemoAuthority.Create(hsm.Token, "Demo CA of a test", new FixedTime(s_now));

    private byte[] NewKey(KeyAlgorithm algorithm)
        => hsm.Token.GenerateKeyPair(algorithm, Guid.CreateVersion7(s_now).ToByteArray(), "a test's key");
}
