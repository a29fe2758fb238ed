using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>Clients that nobody here wrote, over the real endpoint, with keys in SoftHSM2.</summary>
public sealed class StrangerStampTests(FourUnits units) : IClassFixture<FourUnits>, IDisposable
{
    private const string OtherPolicy = "1.3.6.1.4.1.99999.7";

    private readonly string _folder = Directory.CreateTempSubdirectory("tsa-strangers-").FullName;

    /// <summary>openssl ts -query | curl | openssl ts -verify, and the token as CMS.</summary>
    [Theory]
    [InlineData("rsa2048")]
    [InlineData("rsa3072")]
    [InlineData("p256")]
    [InlineData("p384")]
    public async Task Openssl_and_curl_get_tokens_that_openssl_verifies(string unit)
    {
        await PrepareAsync(unit);
        string[] hashes = ["-sha256", "-sha384", "-sha512", "-sha3-256", "-sha3-384", "-sha3-512"];
        for (var i = 0; i < hashes.Length; i++)
        {
            var withCertificates = i % 2 == 0;
            string[] own = withCertificates ? [] : ["-untrusted", At("unit.pem")];
            OpenSsl.Run(
            [
                "ts", "-query", "-data", At("data"), hashes[i], "-out", At("q"),
                .. withCertificates ? ["-cert"] : Array.Empty<string>(),
                .. i % 3 == 0 ? ["-no_nonce"] : Array.Empty<string>(),
                .. i >= 3 ? ["-tspolicy", OtherPolicy] : Array.Empty<string>(),
            ]);
            Curl(unit);

            Verifies(["-queryfile", At("q"), "-in", At("r"), "-CAfile", At("ca.pem"), .. own]);
            Verifies(["-data", At("data"), "-in", At("r"), "-CAfile", At("ca.pem"), .. own]);
            var text = OpenSsl.Run("ts", "-reply", "-in", At("r"), "-text");
            Assert.Contains(
                $"Policy OID: {(i >= 3 ? OtherPolicy : "0.4.0.2023.1.1")}", text, StringComparison.Ordinal);
            Assert.Equal(i % 3 == 0, text.Contains("Nonce: unspecified", StringComparison.Ordinal));
            CheckCms(withCertificates);
        }

        await File.WriteAllTextAsync(At("data"), "something else", TestContext.Current.CancellationToken);
        var other = Assert.ThrowsAny<Exception>(() => OpenSsl.Run(
            "ts", "-verify", "-data", At("data"), "-in", At("r"), "-CAfile", At("ca.pem"),
            "-untrusted", At("unit.pem")));
        Assert.Contains("message imprint mismatch", other.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rsa2048")]
    [InlineData("rsa3072")]
    [InlineData("p256")]
    [InlineData("p384")]
    public async Task Dotnet_decodes_and_verifies(string unit)
    {
        await PrepareAsync(unit);
        var data = await File.ReadAllBytesAsync(At("data"), TestContext.Current.CancellationToken);
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(units.Chains[unit]);
        foreach (var hash in (HashAlgorithmName[])
            [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512])
        {
            foreach (var withCertificates in (bool[])[true, false])
            {
                var request = Rfc3161TimestampRequest.CreateFromData(
                    data,
                    hash,
                    withCertificates ? null : new Oid(OtherPolicy),
                    withCertificates ? RandomNumberGenerator.GetBytes(16) : null,
                    withCertificates);
                await File.WriteAllBytesAsync(At("q"), request.Encode(), TestContext.Current.CancellationToken);
                Curl(unit);

                var response = await File.ReadAllBytesAsync(At("r"), TestContext.Current.CancellationToken);
                var token = request.ProcessResponse(response, out var read);

                Assert.Equal(response.Length, read);
                Assert.True(token.VerifySignatureForData(data, out var signer, certificates));
                Assert.Equal(certificates[0], signer);
                Assert.False(token.VerifySignatureForData([.. data, 0], out _, certificates));
                Assert.Equal(withCertificates ? 2 : 0, token.AsSignedCms().Certificates.Count);
                Assert.Equal(certificates[0].Subject, Name(token.TokenInfo));
            }
        }
    }

    /// <summary>Debian's python3-rfc3161ng, which verifies RSA alone.</summary>
    [Theory]
    [InlineData("rsa2048")]
    [InlineData("rsa3072")]
    public async Task Python_s_rfc3161ng_stamps_and_verifies(string unit)
    {
        await PrepareAsync(unit);
        const string Script = """
            import sys, rfc3161ng
            url, certificate, data = sys.argv[1], open(sys.argv[2], "rb").read(), b"what is stamped"
            for hashname in ("sha256", "sha384", "sha512"):
                for carried in (False, True):
                    remote = rfc3161ng.RemoteTimestamper(
                        url, certificate=certificate, hashname=hashname, include_tsa_certificate=carried, timeout=100)
                    token = remote.timestamp(data=data, nonce=20261121)
                    assert remote.check(token, data=data, nonce=20261121)
                    assert rfc3161ng.get_timestamp(token).year >= 2026
            """;
        var (code, said) = Run("/usr/bin/python3", "-c", Script, units.UrlOf(unit), At("unit.pem"));

        Assert.True(code == 0, said);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Name(Rfc3161TimestampTokenInfo info)
    {
        // [4] EXPLICIT Name of GeneralName.
        var reader = new System.Formats.Asn1.AsnReader(
            info.GetTimestampAuthorityName()!.Value, System.Formats.Asn1.AsnEncodingRules.DER);
        var inner = reader.ReadSequence(
            new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 4, isConstructed: true));
        return new X500DistinguishedName(inner.ReadEncodedValue().Span).Name;
    }

    private static void Verifies(string[] arguments)
        => Assert.Contains("Verification: OK", OpenSsl.Run(["ts", "-verify", .. arguments]), StringComparison.Ordinal);

    private void CheckCms(bool withCertificates)
    {
        OpenSsl.Run("ts", "-reply", "-in", At("r"), "-token_out", "-out", At("t"));
        string[] own = withCertificates ? [] : ["-certfile", At("unit.pem")];
        var said = OpenSsl.Run(
        [
            "cms", "-verify", "-inform", "DER", "-in", At("t"), "-binary", "-CAfile", At("ca.pem"),
            "-purpose", "timestampsign", "-out", At("content"), .. own,
        ]);
        Assert.Contains("Verification successful", said, StringComparison.OrdinalIgnoreCase);
    }

    private void Curl(string unit)
    {
        var (code, said) = Run(
            "curl",
            "-sS",
            "--fail-with-body",
            "-H",
            "Content-Type: application/timestamp-query",
            "--data-binary",
            "@" + At("q"),
            "-o",
            At("r"),
            units.UrlOf(unit));
        Assert.True(code == 0, said);
    }

    private static (int Code, string Said) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    private async Task PrepareAsync(string unit)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(units.Chains[unit]);
        await File.WriteAllTextAsync(At("data"), "what is stamped", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            At("unit.pem"), chain[0].ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            At("ca.pem"), chain[1].ExportCertificatePem(), TestContext.Current.CancellationToken);
    }

    private string At(string name) => Path.Combine(_folder, name);
}
