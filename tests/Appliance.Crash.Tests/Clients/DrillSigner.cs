using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Appliance.Factors;
using Appliance.Grpc.Client;
using Csc.V2;
using Google.Protobuf;

namespace Appliance.Crash.Tests.Clients;

/// <summary>
/// A signer with one credential, signed in once, and one activation for all that it will ever sign here: a TOTP code
/// works once in 30 s.
/// </summary>
internal sealed class DrillSigner : IDisposable
{
    private const string Sha256Oid = "2.16.840.1.101.3.4.2.1";
    private const int Period = 30;

    private readonly string _user;
    private readonly string _password;
    private readonly byte[] _secret;
    private readonly X509Certificate2 _certificate;
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    /// <param name="imported">One of the answers of `appliance signer import`.</param>
    public DrillSigner(JsonElement imported)
    {
        _user = imported.GetProperty("user").GetString()!;
        _password = imported.GetProperty("password").GetString()!;
        _secret = Base32.Decode(imported.GetProperty("totpSecret").GetString()!);
        var credential = imported.GetProperty("credentials")[0];
        Credential = credential.GetProperty("id").GetString()!;
        _certificate = X509Certificate2.CreateFromPem(credential.GetProperty("certificatePem").GetString()!);
        _rsa = _certificate.GetRSAPublicKey();
        _ecdsa = _certificate.GetECDsaPublicKey();
    }

    public string Credential { get; }

    public string Sad { get; private set; } = "";

    public string AccessToken { get; private set; } = "";

    /// <summary>sha256WithRSAEncryption or ecdsa-with-SHA256.</summary>
    public string SignAlgo => _rsa is not null ? "1.2.840.113549.1.1.11" : "1.2.840.10045.4.3.2";

    public async Task SignInAsync(GrpcChannel channel, IReadOnlyList<byte[]> hashes, CancellationToken cancellation)
    {
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_user}:{_password}"));
        var login = await channel.UnaryAsync<LoginRequest, LoginResponse>(
            AuthReflection.Descriptor.Services[0].FindMethodByName("Login"),
            new LoginRequest(),
            new GrpcCallOptions { Metadata = new() { { "authorization", $"Basic {basic}" } } },
            cancellation);
        AccessToken = login.Message.AccessToken;
        var step = Totp.Step(TimeProvider.System.GetUtcNow(), Period);
        var answer = await channel.UnaryAsync<AuthorizeRequest, AuthorizeResponse>(
            CredentialsReflection.Descriptor.Services[0].FindMethodByName("Authorize"),
            new AuthorizeRequest
            {
                CredentialId = Credential,
                NumSignatures = hashes.Count,
                Hashes = { hashes.Select(hash => ByteString.CopyFrom(hash)) },
                HashAlgorithmOid = Sha256Oid,
                AuthData = { new AuthData { Id = "OTP", Value = Totp.Code(TotpAlgorithm.Sha1, _secret, step) } },
            },
            new GrpcCallOptions { Metadata = Bearer() },
            cancellation);
        Sad = answer.Message.Sad;
    }

    public GrpcMetadata Bearer() => new() { { "authorization", $"Bearer {AccessToken}" } };

    public bool Verifies(byte[] hash, byte[] signature)
        => _rsa?.VerifyHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            ?? _ecdsa!.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>Whether the client's signature is the one that the token gave, as far as the witness kept it.</summary>
    public bool IsSame(byte[] signature, byte[] witnessed)
    {
        if (_rsa is not null)
        {
            return signature.AsSpan().StartsWith(witnessed);
        }

        var half = witnessed.Length / 2;
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(witnessed.AsSpan(0, half).TrimStart((byte)0));
            writer.WriteIntegerUnsigned(witnessed.AsSpan(half).TrimStart((byte)0));
        }

        return signature.AsSpan().SequenceEqual(writer.Encode());
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
        _certificate.Dispose();
    }
}
