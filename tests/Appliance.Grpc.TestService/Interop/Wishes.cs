using Appliance.Grpc.TestService.Probes;
using Appliance.Grpc.TestService.Protos;

namespace Appliance.Grpc.TestService.Interop;

/// <summary>What a request may ask for beside its payload: statuses, expectations, metadata.</summary>
internal static class Wishes
{
    private const string InitialKey = "x-grpc-test-echo-initial";
    private const string TrailingKey = "x-grpc-test-echo-trailing-bin";
    private const string ConnectionKey = "x-test-connection";
    private const string AuthorizationKey = "x-test-authorization";

    /// <summary>
    /// Echo Metadata; and, for calls that take part in reports, which connection they came by and on whose behalf.
    /// </summary>
    public static void EchoMetadata(GrpcCallContext call)
    {
        if (call.GetMetadata(InitialKey) is { } initial)
        {
            call.AddHeader(InitialKey, initial);
        }

        foreach (var value in call.GetBinaryMetadata(TrailingKey))
        {
            call.AddTrailer(TrailingKey, value);
        }

        if (call.GetMetadata(CallRecords.Key) is not null)
        {
            call.AddHeader(ConnectionKey, call.Http.Connection.Id);
            call.AddHeader(AuthorizationKey, call.Authorization ?? "absent");
        }
    }

    /// <summary>Echo Status: the status wished for; null for none.</summary>
    public static GrpcStatus? Status(EchoStatus? wished)
    {
        if (wished is null or { Code: 0 })
        {
            return null;
        }

        var code = (GrpcStatusCode)wished.Code;
        return new GrpcStatus(Enum.IsDefined(code) ? code : GrpcStatusCode.Unknown, wished.Message);
    }

    /// <summary>CompressedRequest: a refusal when the message read last is not as expected.</summary>
    public static GrpcStatus? Compression(BoolValue? expected, GrpcCallContext call)
        => expected is null || expected.Value == call.LastRequestCompressed
            ? null
            : new GrpcStatus(
                GrpcStatusCode.InvalidArgument,
                expected.Value ? "The message is not compressed." : "The message is compressed.");
}
