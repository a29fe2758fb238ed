using System.Buffers;
using Appliance.Grpc.Wire;
using Google.Protobuf;

namespace Appliance.Grpc.Calls;

/// <summary>From the payload of a frame to a message: decompression, limits, protobuf.</summary>
internal sealed class RequestParser<T>(
    MessageParser<T> parser, CallEnvironment environment, GrpcMethodOptions options)
    where T : class, IBufferMessage, IMessage<T>
{
    /// <summary>Largest message in bytes, as it comes and unpacked: the lower of the two limits.</summary>
    public int MaxSize { get; } = Math.Min(
        environment.MaxReceiveMessageSize, options.MaxReceiveMessageSize ?? int.MaxValue);

    /// <summary>The message, or null and the reason.</summary>
    public T? Parse(GrpcCallContext call, in ReadOnlySequence<byte> payload, bool compressed, out GrpcStatus? failure)
    {
        failure = null;
        call.RequestSize += payload.Length;
        call.RequestMessages++;
        call.LastRequestCompressed = compressed;
        try
        {
            return compressed ? ParseCompressed(call, payload, out failure) : parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException)
        {
            failure = WireStatus.MessageUnreadable;
            return null;
        }
    }

    private T? ParseCompressed(GrpcCallContext call, in ReadOnlySequence<byte> payload, out GrpcStatus? failure)
    {
        if (!call.RequestGzip)
        {
            failure = WireStatus.CompressedWithoutEncoding;
            return null;
        }

        (var buffer, var length, failure) = GzipMessage.Decompress(payload, MaxSize);
        if (buffer is null)
        {
            return null;
        }

        try
        {
            return parser.ParseFrom(buffer, 0, length);
        }
        finally
        {
            GzipMessage.Return(buffer);
        }
    }
}
