using Appliance.Grpc.Client;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc;

/// <summary>Calls of the gRPC wire; the credential is one of Ioana's by its index, unless a signer is given.</summary>
internal sealed class CscGrpcCalls(RunningAppliance appliance)
{
    public const string Sha256 = "2.16.840.1.101.3.4.2.1";

    /// <summary>A SAD for a hash by a fresh code, for the signer's P-256 credential.</summary>
    public Task<string> AuthorizeAsync(TestSigner signer, int count, byte[] hash)
        => AuthorizeAsync(signer, appliance.FreshCode(signer), count, hash);

    public async Task<string> AuthorizeAsync(TestSigner signer, string code, int count, byte[] hash)
        => (await CallAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
            Proto.CredentialsReflection.Descriptor,
            "Authorize",
            new()
            {
                CredentialId = signer.Credentials[1],
                NumSignatures = count,
                Hashes = { ByteString.CopyFrom(hash) },
                HashAlgorithmOid = Sha256,
                AuthData = { new Proto.AuthData { Id = "OTP", Value = code } },
            },
            signer.Token)).Sad;

    public Task<Proto.SignHashResponse> SignAsync(string token, int credential, string sad, byte[] hash)
        => SignAsync(token, appliance.Ioana.Credentials[credential], sad, hash);

    public Task<Proto.SignHashResponse> SignAsync(string token, string credential, string sad, byte[] hash)
        => CallAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
            Proto.SignaturesReflection.Descriptor,
            "SignHash",
            new()
            {
                CredentialId = credential,
                Sad = sad,
                Hashes = { ByteString.CopyFrom(hash) },
                SignAlgo = "1.2.840.10045.4.3.2",
            },
            token);

    public async Task<TResponse> CallAsync<TRequest, TResponse>(
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
            new GrpcCallOptions { Metadata = metadata },
            cancellationToken: TestContext.Current.CancellationToken)).Message;
    }
}
