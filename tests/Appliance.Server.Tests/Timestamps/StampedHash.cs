using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>A random digest, and what a token over it must be.</summary>
internal sealed class StampedHash
{
    public const string Sha256 = "2.16.840.1.101.3.4.2.1";

    public StampedHash(string algorithm = Sha256)
    {
        Algorithm = algorithm;
        Value = RandomNumberGenerator.GetBytes(algorithm switch
        {
            Sha256 or "2.16.840.1.101.3.4.2.8" => 32,
            "2.16.840.1.101.3.4.2.2" or "2.16.840.1.101.3.4.2.9" => 48,
            _ => 64,
        });
    }

    public string Algorithm { get; }

    public byte[] Value { get; }

    public string Base64 => Convert.ToBase64String(Value);

    /// <summary>A token over this, and by whom; .NET judges.</summary>
    public Rfc3161TimestampTokenInfo Stamped(ReadOnlyMemory<byte> token, X509Certificate2 unit, bool isCarried = true)
    {
        Assert.True(Rfc3161TimestampToken.TryDecode(token, out var decoded, out var length), "no token");
        Assert.Equal(token.Length, length);
        var certificates = decoded.AsSignedCms().Certificates;
        Assert.Equal(isCarried, certificates.Contains(unit));
        Assert.True(decoded.VerifySignatureForHash(
            Value, new Oid(Algorithm), out var signer, isCarried ? null : [unit]));
        Assert.Equal(unit, signer);
        var now = TimeProvider.System.GetUtcNow();
        Assert.InRange(decoded.TokenInfo.Timestamp, now.AddMinutes(-10), now.AddSeconds(1));
        return decoded.TokenInfo;
    }

    /// <summary>The same by openssl ts, up to the authority's certificate.</summary>
    public void StampedByOpenSsl(ReadOnlySpan<byte> token, X509Certificate2 authority)
    {
        var folder = Directory.CreateTempSubdirectory("token-").FullName;
        try
        {
            File.WriteAllBytes(folder + "/t", token.ToArray());
            File.WriteAllText(folder + "/ca", authority.ExportCertificatePem());
            var said = OpenSsl.Run(
                "ts", "-verify", "-token_in", "-in", folder + "/t", "-digest", Convert.ToHexString(Value),
                "-CAfile", folder + "/ca");
            Assert.Contains("Verification: OK", said, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
