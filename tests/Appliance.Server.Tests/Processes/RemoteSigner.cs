using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Appliance.Grpc.Client;
using Appliance.Server.Hosting;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Processes;

/// <summary>
/// A signer with a P-256 credential at a server process, signed in over gRPC. Its authenticator goes by the machine's
/// clock and was paired by the previous step's code, so that it can authorise once.
/// </summary>
internal sealed class RemoteSigner : IDisposable
{
    private const string Import = """
        [{"user":"ioana","name":"Ioana Pop","password":"correct horse 1","factor":true,
          "credentials":[{"algorithm":"P-256","multisign":10000}]}]
        """;

    private readonly TestSigner _signer;
    private readonly GrpcChannel _channel;

    private RemoteSigner(TestSigner signer, GrpcChannel channel)
    {
        _signer = signer;
        _channel = channel;
    }

    public string Token { get; private set; } = "";

    public string Credential => _signer.Credentials[0];

    public ECDsa PublicKey()
    {
        using var certificate = _signer.Certificate(0);
        return certificate.GetECDsaPublicKey()!;
    }

    /// <summary>Before a server has the store: init, and the signer.</summary>
    public static async Task<TestSigner> PrepareAsync(Installation installation)
    {
        (await installation.RunAsync("init")).Succeeded();
        var file = installation.PathOf("signers.json");
        await File.WriteAllTextAsync(file, Import, TestContext.Current.CancellationToken);
        return new TestSigner((await installation.JsonAsync($"signer import {file}"))[0]);
    }

    public static async Task<RemoteSigner> SignInAsync(
        TestSigner signer, ReadyDocument ready, GrpcRetryPolicy? retry = null)
    {
        var channel = new GrpcChannel(new Uri(ready.Grpc), new GrpcChannelOptions { Retry = retry ?? new() });
        var remote = new RemoteSigner(signer, channel);
        var login = await remote._channel.UnaryAsync<Proto.LoginRequest, Proto.LoginResponse>(
            Proto.AuthReflection.Descriptor.Services[0].FindMethodByName("Login"),
            new Proto.LoginRequest(),
            new GrpcCallOptions { Metadata = new() { { "authorization", signer.Basic.ToString() } } },
            cancellationToken: TestContext.Current.CancellationToken);
        remote.Token = login.Message.AccessToken;
        return remote;
    }

    /// <summary>The same sign-in at another node.</summary>
    public RemoteSigner At(ReadyDocument ready) => new(_signer, new GrpcChannel(new Uri(ready.Grpc))) { Token = Token };

    /// <summary>credentials/list.</summary>
    public async Task ListAsync()
        => await _channel.UnaryAsync<Proto.ListCredentialsRequest, Proto.ListCredentialsResponse>(
            Proto.CredentialsReflection.Descriptor.Services[0].FindMethodByName("List"),
            new Proto.ListCredentialsRequest(),
            Bearer(),
            cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Ends its own token.</summary>
    public async Task RevokeAsync()
        => await _channel.UnaryAsync<Proto.RevokeRequest, Proto.RevokeResponse>(
            Proto.AuthReflection.Descriptor.Services[0].FindMethodByName("Revoke"),
            new Proto.RevokeRequest { Token = Token },
            Bearer(),
            cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>A SAD for these hashes.</summary>
    public Task<string> AuthorizeAsync(IReadOnlyList<byte[]> hashes) => AuthorizeAsync(hashes.Count, hashes);

    /// <summary>A SAD for so many signatures, of these hashes or (SCAL1) of any.</summary>
    public async Task<string> AuthorizeAsync(int count, IReadOnlyList<byte[]> hashes)
    {
        var answer = await _channel.UnaryAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
            Proto.CredentialsReflection.Descriptor.Services[0].FindMethodByName("Authorize"),
            new Proto.AuthorizeRequest
            {
                CredentialId = Credential,
                NumSignatures = count,
                Hashes = { hashes.Select(hash => ByteString.CopyFrom(hash)) },
                HashAlgorithmOid = "2.16.840.1.101.3.4.2.1",
                AuthData =
                {
                    new Proto.AuthData
                    {
                        Id = "OTP", Value = OneTime.Code(_signer.Secret, TimeProvider.System.GetUtcNow()),
                    },
                },
            },
            Bearer(),
            cancellationToken: TestContext.Current.CancellationToken);
        return answer.Message.Sad;
    }

    /// <summary>signatures/signHash over gRPC.</summary>
    public Task<IReadOnlyList<byte[]>> SignAsync(string sad, params IEnumerable<byte[]> hashes)
        => SignAsync(null, sad, hashes);

    /// <summary>The same with an id, and so with the channel's retries.</summary>
    public async Task<IReadOnlyList<byte[]>> SignAsync(
        string? requestId, string sad, params IEnumerable<byte[]> hashes)
    {
        var answer = await _channel.UnaryAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
            Proto.SignaturesReflection.Descriptor.Services[0].FindMethodByName("SignHash"),
            new Proto.SignHashRequest
            {
                CredentialId = Credential,
                Sad = sad,
                Hashes = { hashes.Select(hash => ByteString.CopyFrom(hash)) },
                SignAlgo = "1.2.840.10045.4.3.2",
            },
            Bearer(requestId),
            cancellationToken: TestContext.Current.CancellationToken);
        return [.. answer.Message.Signatures.Select(signature => signature.ToByteArray())];
    }

    /// <summary>The body of signatures/signHash over REST.</summary>
    public byte[] SignBody(string sad, byte[] hash) => Encoding.UTF8.GetBytes($$"""
        {"credentialID":"{{Credential}}","SAD":"{{sad}}","hashes":["{{Convert.ToBase64String(hash)}}"],
        "signAlgo":"1.2.840.10045.4.3.2"}
        """);

    public static byte[][] RandomHashes(int count)
        => [.. Enumerable.Range(0, count).Select(_ => RandomNumberGenerator.GetBytes(32))];

    public void Dispose() => _channel.Dispose();

    private GrpcCallOptions Bearer(string? requestId = null) => new()
    {
        Metadata = new() { { "authorization", $"Bearer {Token}" } },
        RequestId = requestId,
    };
}
