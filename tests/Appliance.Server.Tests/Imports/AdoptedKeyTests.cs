using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Imports;

/// <summary>Adopted keys of every algorithm sign through the running server.</summary>
public sealed class AdoptedKeyTests : IAsyncLifetime
{
    private static readonly (string Type, string Algorithm, string Hash, string Sign)[] s_keys =
    [
        ("rsa:2048", "RSA-2048", "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.11"),
        ("rsa:3072", "RSA-3072", "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.11"),
        ("rsa:4096", "RSA-4096", "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.11"),
        ("EC:prime256v1", "P-256", "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"),
        ("EC:secp384r1", "P-384", "2.16.840.1.101.3.4.2.2", "1.2.840.10045.4.3.3"),
        ("EC:secp521r1", "P-521", "2.16.840.1.101.3.4.2.3", "1.2.840.10045.4.3.4"),
    ];

    private readonly RunningAppliance _appliance;
    private readonly List<(string Id, X509Certificate2 Certificate)> _adopted = [];

    public AdoptedKeyTests() => _appliance = new RunningAppliance { Prepare = AdoptAsync };

    public ValueTask InitializeAsync() => _appliance.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _appliance.DisposeAsync();
        _adopted.ForEach(adopted => adopted.Certificate.Dispose());
    }

    [Fact]
    public async Task They_sign_what_their_signer_authorised()
    {
        Assert.Equal(s_keys.Length, _adopted.Count);
        for (var i = 0; i < s_keys.Length; i++)
        {
            var (_, _, hashOid, signOid) = s_keys[i];
            var (id, certificate) = _adopted[i];
            var name = hashOid[^1] switch
            {
                '1' => HashAlgorithmName.SHA256,
                '2' => HashAlgorithmName.SHA384,
                _ => HashAlgorithmName.SHA512,
            };
            var hash = CryptographicOperations.HashData(name, RandomNumberGenerator.GetBytes(100));
            var hash64 = Convert.ToBase64String(hash);
            var authorised = await _appliance.PostAsync(
                "/csc/v1/credentials/authorize",
                $$"""
                {"credentialID":"{{id}}","numSignatures":1,"hash":["{{hash64}}"],
                "OTP":"{{_appliance.FreshCode(_appliance.Ioana)}}"}
                """);
            var signed = await _appliance.PostAsync(
                "/csc/v1/signatures/signHash",
                $$"""
                {"credentialID":"{{id}}","SAD":"{{authorised.Json.Text("SAD")}}","hash":["{{hash64}}"],
                "hashAlgo":"{{hashOid}}","signAlgo":"{{signOid}}"}
                """);

            var signature = Convert.FromBase64String(signed.Json.GetProperty("signatures")[0].GetString()!);
            using var rsa = certificate.GetRSAPublicKey();
            using var ecdsa = certificate.GetECDsaPublicKey();
            Assert.True(
                rsa?.VerifyHash(hash, signature, name, RSASignaturePadding.Pkcs1)
                    ?? ecdsa!.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence));
        }
    }

    private async Task AdoptAsync(Installation installation)
    {
        using var token = new ForeignToken(installation);
        for (var i = 0; i < s_keys.Length; i++)
        {
            var (type, algorithm, _, _) = s_keys[i];
            var id = $"0{i}";
            token.MakeKey(type, id, $"foreign {i}");
            var leaf = token.Certify(token.PublicKey(id));
            token.WriteCertificate(leaf, id, $"foreign {i}");
            var adopted = await installation.JsonAsync($"credential import --user ioana@example.com --key-id {id}");
            Assert.Equal(algorithm, adopted.Text("algorithm"));
            _adopted.Add((adopted.Text("id"), leaf));
        }
    }
}
