using Appliance.Grpc.Client;
using Appliance.Server.Tests.Grpc;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Proto = Appliance.V1;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>Calls of appliance.v1.Timestamping, as Ioana unless another token is given.</summary>
internal sealed class StampCalls(RunningAppliance appliance)
{
    private static readonly FileDescriptor s_file = Proto.TimestampingReflection.Descriptor;
    private readonly CscGrpcCalls _calls = new(appliance);

    public static Proto.StampDigest DigestOf(StampedHash hash, params byte[] nonce)
    {
        var digest = new Proto.StampDigest
        {
            Hash = ByteString.CopyFrom(hash.Value),
            HashAlgorithmOid = hash.Algorithm,
        };
        if (nonce.Length > 0)
        {
            digest.Nonce = ByteString.CopyFrom(nonce);
        }

        return digest;
    }

    public static Proto.StampDigest Request(byte[] der) => new() { Request = ByteString.CopyFrom(der) };

    public static Proto.StampStreamRequest Item(string id, Proto.StampDigest digest)
        => new() { Item = new Proto.StampItem { Id = id, Digest = digest } };

    public Task<Proto.StampResponse> StampAsync(Proto.StampRequest request, string? token = null)
        => _calls.CallAsync<Proto.StampRequest, Proto.StampResponse>(
            s_file, "Stamp", request, token ?? appliance.Ioana.Token);

    public Task<Proto.BatchResponse> BatchAsync(Proto.BatchRequest request)
        => _calls.CallAsync<Proto.BatchRequest, Proto.BatchResponse>(s_file, "Batch", request, appliance.Ioana.Token);

    public GrpcBidirectionalStreamingCall<Proto.StampStreamRequest, Proto.StampStreamResponse> Stream(
        CancellationToken cancellationToken)
        => appliance.Grpc.BidirectionalStreaming<Proto.StampStreamRequest, Proto.StampStreamResponse>(
            s_file.Services[0].FindMethodByName("StampStream"),
            new GrpcCallOptions { Metadata = new() { { "authorization", "Bearer " + appliance.Ioana.Token } } },
            cancellationToken);

    /// <summary>There is no token, for this reason.</summary>
    public static void Failed(
        Proto.StampFailure? failure, ByteString token, string pkiFailure, GrpcStatusCode code, string text)
    {
        Assert.Equal(
            (pkiFailure, (int)code, text), (failure?.PkiFailure, failure?.Status.Code, failure?.Status.Message));
        var info = failure!.Status.Details[0].Unpack<Google.Rpc.ErrorInfo>();
        Assert.Equal(text, info.Metadata["error_description"]);
        Assert.True(token.IsEmpty);
    }

    public static void Failed(Proto.StampResult result, string pkiFailure, GrpcStatusCode code, string text)
        => Failed(result.Failure, result.Token, pkiFailure, code, text);
}
