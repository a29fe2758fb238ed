using Appliance.Grpc.TestService.Protos;
using Google.Protobuf;

namespace Appliance.Grpc.TestService.Interop;

/// <summary>Payloads of zeros. All share one array: a client that asks for large ones takes no memory here.</summary>
internal static class Payloads
{
    /// <summary>Larger than any message that the server sends, so that its limit can be tried.</summary>
    public const int MaxSize = 8 * 1024 * 1024;

    private static readonly byte[] s_zeros = new byte[MaxSize];

    public static Payload Zeros(int size) => new()
    {
        Type = PayloadType.Compressable,
        Body = UnsafeByteOperations.UnsafeWrap(s_zeros.AsMemory(0, size)),
    };

    /// <summary>Why there can be no such payload; null when there can.</summary>
    public static GrpcStatus? Refusal(PayloadType type, int size)
    {
        if (type != PayloadType.Compressable)
        {
            return new GrpcStatus(GrpcStatusCode.InvalidArgument, $"There is no payload type {(int)type}.");
        }

        return size is >= 0 and <= MaxSize
            ? null
            : new GrpcStatus(GrpcStatusCode.InvalidArgument, $"A payload has 0 to {MaxSize} bytes, not {size}.");
    }
}
