using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Grpc.Client;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc;

/// <summary>The gRPC wire of the running appliance: the same operations, rules, errors and records as REST.</summary>
public sealed class CscGrpcTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private static readonly FileDescriptor s_credentials = Proto.CredentialsReflection.Descriptor;
    private readonly CscGrpcCalls _calls = new(appliance);

    [Fact]
    public async Task Info_needs_no_token()
    {
        var info = await _calls.CallAsync<Proto.ServiceInfoRequest, Proto.ServiceInfoResponse>(
            Proto.ServiceReflection.Descriptor, "Info", new(), token: null);

        Assert.Equal("2.2.0.0", info.Specs);
        Assert.Contains("signatures/signHash", info.Methods, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_hash_is_signed_from_login_to_revocation()
    {
        var auth = Proto.AuthReflection.Descriptor;
        var login = (await appliance.Grpc.UnaryAsync<Proto.LoginRequest, Proto.LoginResponse>(
            auth.Services[0].FindMethodByName("Login"),
            new Proto.LoginRequest { RememberMe = true },
            new GrpcCallOptions { Metadata = new() { { "authorization", appliance.Ioana.Basic.ToString() } } },
            cancellationToken: TestContext.Current.CancellationToken)).Message;
        Assert.True(login.HasRefreshToken);
        var token = login.AccessToken;
        var list = await _calls.CallAsync<Proto.ListCredentialsRequest, Proto.ListCredentialsResponse>(
            s_credentials, "List", new() { CredentialInfo = true, AuthInfo = true, Certificates = "chain" }, token);
        Assert.Equal<string>([.. appliance.Ioana.Credentials.Order(StringComparer.Ordinal)], [.. list.CredentialIds]);
        Assert.Equal("OTP", list.CredentialInfos[0].Auth.Objects[0].Id);
        Assert.Equal(2, list.CredentialInfos[0].Cert.Certificates.Count);

        var hash = RunningAppliance.RandomHash();
        var sad = await _calls.AuthorizeAsync(appliance.Ioana, 1, hash);
        var signed = await _calls.SignAsync(token, 1, sad, hash);

        using var certificate = appliance.Ioana.Certificate(1);
        using var key = certificate.GetECDsaPublicKey()!;
        Assert.True(key.VerifyHash(hash, signed.Signatures[0].Span, DSASignatureFormat.Rfc3279DerSequence));
        await _calls.CallAsync<Proto.RevokeRequest, Proto.RevokeResponse>(
            auth, "Revoke", new() { Token = token }, token);
        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => _calls.SignAsync(token, 1, sad, hash));
        Assert.Equal(GrpcStatusCode.Unauthenticated, error.Code);
        Assert.Equal("expired_token", error.Error!.Reason);
    }

    [Fact]
    public async Task One_credential_is_told_as_over_REST()
    {
        var info = await _calls.CallAsync<Proto.CredentialInfoRequest, Proto.CredentialInfo>(
            s_credentials,
            "Info",
            new() { CredentialId = appliance.Ioana.Credentials[0], CertInfo = true },
            appliance.Ioana.Token);

        using var certificate = appliance.Ioana.Certificate(0);
        Assert.Equal(certificate.RawData, info.Cert.Certificates[0].ToByteArray());
        Assert.Equal(certificate.SerialNumber, info.Cert.SerialNumber);
        Assert.Equal("explicit", info.Auth.Mode);
        Assert.Empty(info.Auth.Objects);
        Assert.Equal("1.2.840.113549.1.1.11", info.Key.Algo[0]);
    }

    [Fact]
    public async Task An_extension_carries_over_to_another_hash()
    {
        byte[] first = RunningAppliance.RandomHash(), second = RunningAppliance.RandomHash();
        var sad = await _calls.AuthorizeAsync(appliance.Ioana, 2, first);
        await _calls.SignAsync(appliance.Ioana.Token, 1, sad, first);
        var extended = await _calls.CallAsync<Proto.ExtendTransactionRequest, Proto.ExtendTransactionResponse>(
            s_credentials,
            "ExtendTransaction",
            new()
            {
                CredentialId = appliance.Ioana.Credentials[1],
                Sad = sad,
                Hashes = { ByteString.CopyFrom(second) },
                HashAlgorithmOid = CscGrpcCalls.Sha256,
            },
            appliance.Ioana.Token);

        Assert.Single((await _calls.SignAsync(appliance.Ioana.Token, 1, extended.Sad, second)).Signatures);
    }
}
