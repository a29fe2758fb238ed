using System.Security.Cryptography;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests;

/// <summary>openssl is the authority, and answers requests that are made here.</summary>
public sealed class OtherAuthorityTests
{
    [Theory]
    [InlineData("sha1", "sha256", "no", "")]
    [InlineData("sha256", "sha256", "yes", "secs:1, millisecs:500, microsecs:100")]
    [InlineData("sha384", "sha512", "yes", "microsecs:1")]
    [InlineData("sha512", "sha384", "no", "secs:3600")]
    public void Tokens_of_openssl_are_read_and_verified(
        string certificateHash, string signatureHash, string name, string accuracy)
    {
        using var directory = new TemporaryDirectory();
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        var certificate = Authority.Issue(
            key.ExportSubjectPublicKeyInfo(), "Other", Authority.Usual(), now.AddDays(-1), now.AddDays(1));
        var configuration = directory.Write("tsa.cnf", Configuration(directory, certificateHash, signatureHash, name)
            + (accuracy.Length > 0 ? $"accuracy = {accuracy}\n" : ""));
        directory.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        directory.Write("tsa.pem", certificate.ExportCertificatePem());
        directory.Write("chain.pem", Authority.Root.ExportCertificatePem());
        var query = directory.Write(
            "q", TimestampRequest.Create(HashAlgorithmName.SHA512, SHA512.HashData("abc"u8), "1.2.3.4.1", [7, 8, 9]));

        OpenSsl.Run("ts", "-reply", "-config", configuration, "-queryfile", query, "-out", directory.File("r"));

        var response = TimestampResponse.Decode(File.ReadAllBytes(directory.File("r")));
        Assert.Equal((TimestampPkiStatus.Granted, TimestampFailure.None), (response.Status, response.Failure));
        var result = new TimestampVerifier([Authority.Root]).Verify(
            response.Token, SHA512.HashData("abc"u8), [7, 8, 9]);
        Assert.Equal((TimestampVerdict.Valid, "Valid."), (result.Verdict, result.Text));
        var token = result.Token!.Value;
        Assert.Equal(("1.2.3.4.1", HashAlgorithmName.SHA512), (token.Policy, token.HashAlgorithm));
        Assert.InRange(token.Time - now, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(5));
        Assert.Equal(
            accuracy switch
            {
                "" => null,
                "microsecs:1" => new TimestampAccuracy(0, 0, 1),
                "secs:3600" => new TimestampAccuracy(3600),
                _ => new TimestampAccuracy(1, 500, 100),
            },
            token.Accuracy);
    }

    private static string Configuration(
        TemporaryDirectory directory, string certificateHash, string signatureHash, string name) => $"""
        [tsa]
        default_tsa = one
        [one]
        dir = {directory.Path}
        serial = $dir/serial
        crypto_device = builtin
        signer_cert = $dir/tsa.pem
        certs = $dir/chain.pem
        signer_key = $dir/key.pem
        signer_digest = {signatureHash}
        default_policy = 1.2.3.4.1
        digests = sha256, sha384, sha512
        clock_precision_digits = 6
        ordering = yes
        tsa_name = {name}
        ess_cert_id_chain = no
        ess_cert_id_alg = {certificateHash}

        """;
}
