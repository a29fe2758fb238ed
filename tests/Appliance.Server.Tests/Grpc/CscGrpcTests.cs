using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc;

/// <summary>The gRPC wire of the running appliance: the same operations, rules, errors and records as REST.</summary>
public sealed class CscGrpcTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";

    private static readonly FileDescriptor s_credentials = Proto.CredentialsReflection.Descriptor;

    [Fact]
    public async Task Info_needs_no_token()
    {
        var info = await CallAsync<Proto.ServiceInfoRequest, Proto.ServiceInfoResponse>(
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
            new GrpcMetadata { { "authorization", appliance.Ioana.Basic.ToString() } },
            cancellationToken: TestContext.Current.CancellationToken)).Message;
        Assert.True(login.HasRefreshToken);
        var token = login.AccessToken;
        var list = await CallAsync<Proto.ListCredentialsRequest, Proto.ListCredentialsResponse>(
            s_credentials, "List", new() { CredentialInfo = true, AuthInfo = true, Certificates = "chain" }, token);
        Assert.Equal<string>([.. appliance.Ioana.Credentials.Order(StringComparer.Ordinal)], [.. list.CredentialIds]);
        Assert.Equal("OTP", list.CredentialInfos[0].Auth.Objects[0].Id);
        Assert.Equal(2, list.CredentialInfos[0].Cert.Certificates.Count);

        var hash = RunningAppliance.RandomHash();
        var sad = (await AuthorizeAsync(1, hash)).Sad;
        var signed = await SignAsync(token, 1, sad, hash);

        using var certificate = appliance.Ioana.Certificate(1);
        using var key = certificate.GetECDsaPublicKey()!;
        Assert.True(key.VerifyHash(hash, signed.Signatures[0].Span, DSASignatureFormat.Rfc3279DerSequence));
        await CallAsync<Proto.RevokeRequest, Proto.RevokeResponse>(auth, "Revoke", new() { Token = token }, token);
        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => SignAsync(token, 1, sad, hash));
        Assert.Equal(GrpcStatusCode.Unauthenticated, error.Code);
        Assert.Equal("expired_token", error.Error!.Reason);
    }

    [Fact]
    public async Task One_credential_is_told_as_over_REST()
    {
        var info = await CallAsync<Proto.CredentialInfoRequest, Proto.CredentialInfo>(
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
        var sad = (await AuthorizeAsync(2, first)).Sad;
        await SignAsync(appliance.Ioana.Token, 1, sad, first);
        var extended = await CallAsync<Proto.ExtendTransactionRequest, Proto.ExtendTransactionResponse>(
            s_credentials,
            "ExtendTransaction",
            new()
            {
                CredentialId = appliance.Ioana.Credentials[1],
                Sad = sad,
                Hashes = { ByteString.CopyFrom(second) },
                HashAlgorithmOid = Sha256,
            },
            appliance.Ioana.Token);

        Assert.Single((await SignAsync(appliance.Ioana.Token, 1, extended.Sad, second)).Signatures);
    }

    [Fact]
    public async Task Refusals_carry_the_CSC_error_and_use_nothing_up()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = (await AuthorizeAsync(1, hash)).Sad;
        var token = appliance.Ioana.Token;
        var records = appliance.Audit(AuditEvent.SignHashRefused).Count;

        await RefusedAsync(
            SignAsync(token, 1, "x" + sad[1..], hash), GrpcStatusCode.PermissionDenied, "Invalid parameter SAD");
        await RefusedAsync(
            SignAsync(token, 0, sad, hash), GrpcStatusCode.InvalidArgument, "Invalid parameter signAlgo");
        await RefusedAsync(SignAsync(token, 2, sad, hash), GrpcStatusCode.PermissionDenied, "Invalid parameter SAD");
        await RefusedAsync(
            SignAsync(token, 1, sad, [1, 2, 3]), GrpcStatusCode.InvalidArgument, "Invalid digest value length");
        await RefusedAsync(
            SignAsync(token, 1, sad, RunningAppliance.RandomHash()),
            GrpcStatusCode.PermissionDenied,
            "Hash is not authorized by the SAD");
        await RefusedAsync(
            SignAsync(appliance.Mihai.Token, 1, sad, hash), GrpcStatusCode.NotFound, "Invalid parameter credentialID");
        Assert.Equal(records + 6, appliance.Audit(AuditEvent.SignHashRefused).Count);

        await SignAsync(token, 1, sad, hash);
        await RefusedAsync(
            SignAsync(token, 1, sad, hash), GrpcStatusCode.PermissionDenied, "Invalid parameter SAD");
    }

    [Fact]
    public async Task What_is_missing_is_named_and_recorded()
    {
        var records = appliance.Audit(AuditEvent.RequestRefused).Count;
        var signatures = Proto.SignaturesReflection.Descriptor;

        await RefusedAsync(
            CallAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
                signatures, "SignHash", new(), appliance.Ioana.Token),
            GrpcStatusCode.InvalidArgument,
            "Missing (or invalid type) string parameter SAD");
        await RefusedAsync(
            CallAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
                s_credentials,
                "Authorize",
                new() { CredentialId = appliance.Ioana.Credentials[1] },
                appliance.Ioana.Token),
            GrpcStatusCode.InvalidArgument,
            "Missing (or invalid type) integer parameter numSignatures");
        Assert.Equal(records + 2, appliance.Audit(AuditEvent.RequestRefused).Count);
    }

    [Theory]
    [InlineData(null, GrpcStatusCode.Unauthenticated, "invalid_request")]
    [InlineData("x", GrpcStatusCode.Unauthenticated, "invalid_token")]
    [InlineData("a b", GrpcStatusCode.InvalidArgument, "invalid_request")]
    public async Task Every_call_but_info_and_login_needs_a_good_token(
        string? token, GrpcStatusCode code, string reason)
    {
        var error = await Assert.ThrowsAsync<GrpcStatusException>(
            () => CallAsync<Proto.ListCredentialsRequest, Proto.ListCredentialsResponse>(
                s_credentials, "List", new(), token));

        Assert.Equal((code, reason), (error.Code, error.Error!.Reason));
        Assert.Equal("cloudsignatureconsortium.org", error.Error.Domain);
    }

    private static async Task RefusedAsync(Task call, GrpcStatusCode code, string description)
    {
        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => call);
        Assert.Equal((code, description), (error.Code, error.Text));
        Assert.Equal("invalid_request", error.Error!.Reason);
        Assert.Equal(description, error.Error.Metadata["error_description"]);
    }

    private Task<Proto.AuthorizeResponse> AuthorizeAsync(int count, byte[] hash)
        => CallAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
            s_credentials,
            "Authorize",
            new()
            {
                CredentialId = appliance.Ioana.Credentials[1],
                NumSignatures = count,
                Hashes = { ByteString.CopyFrom(hash) },
                HashAlgorithmOid = Sha256,
                AuthData = { new Proto.AuthData { Id = "OTP", Value = appliance.FreshCode(appliance.Ioana) } },
            },
            appliance.Ioana.Token);

    private Task<Proto.SignHashResponse> SignAsync(string token, int credential, string sad, byte[] hash)
        => CallAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
            Proto.SignaturesReflection.Descriptor,
            "SignHash",
            new()
            {
                CredentialId = appliance.Ioana.Credentials[credential],
                Sad = sad,
                Hashes = { ByteString.CopyFrom(hash) },
                SignAlgo = "1.2.840.10045.4.3.2",
            },
            token);

    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        FileDescriptor file, string method, TRequest request, string? token)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        var metadata = new GrpcMetadata();
        if (token is not null)
        {
            metadata.Add("authorization", "Bearer " + token);
        }

        return (await appliance.Grpc.UnaryAsync<TRequest, TResponse>(
            file.Services[0].FindMethodByName(method),
            request,
            metadata,
            cancellationToken: TestContext.Current.CancellationToken)).Message;
    }
}
