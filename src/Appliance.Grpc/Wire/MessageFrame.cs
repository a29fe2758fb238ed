using System.Buffers;
using System.Buffers.Binary;

namespace Appliance.Grpc.Wire;

/// <summary>
/// Length-prefixed messages (PROTOCOL-HTTP2): one byte of flags, four bytes of length (big-endian), the message. Works
/// on the sequence as it lies in the pipe and copies only a header that spans segments.
/// </summary>
internal static class MessageFrame
{
    public const int HeaderLength = 5;

    /// <summary>Looks for the one message of a unary body.</summary>
    /// <param name="body">All of the body that has come; nothing of it consumed.</param>
    /// <param name="ended">True when no more will come.</param>
    /// <param name="maxSize">Largest message in bytes, without the header.</param>
    /// <param name="payload">The message, when complete.</param>
    /// <param name="compressed">The flag of the message, when complete.</param>
    /// <param name="failure">Why it failed; null otherwise.</param>
    public static FrameStep ReadSingle(
        in ReadOnlySequence<byte> body,
        bool ended,
        int maxSize,
        out ReadOnlySequence<byte> payload,
        out bool compressed,
        out GrpcStatus? failure)
    {
        payload = default;
        compressed = false;
        failure = null;
        if (body.Length < HeaderLength)
        {
            return Short(body.IsEmpty ? WireStatus.MessageMissing : WireStatus.MessageTruncated, ended, out failure);
        }

        var (flag, length) = ReadHeader(body);
        failure = flag > 1 ? WireStatus.FlagInvalid
            : length > (uint)maxSize ? WireStatus.RequestTooLarge
            : body.Length > HeaderLength + (long)length ? WireStatus.MessageExtra
            : null;
        if (failure is not null)
        {
            return FrameStep.Failed;
        }

        if (!ended || body.Length < HeaderLength + (long)length)
        {
            return Short(WireStatus.MessageTruncated, ended, out failure);
        }

        payload = body.Slice(HeaderLength);
        compressed = flag == 1;
        return FrameStep.Complete;
    }

    /// <summary>Looks for the next message of a stream.</summary>
    /// <param name="body">What has come and is not consumed.</param>
    /// <param name="ended">True when no more will come.</param>
    /// <param name="maxSize">Largest message in bytes, without the header.</param>
    /// <param name="payload">The message, when complete: it ends where the next begins.</param>
    /// <param name="compressed">The flag of the message, when complete.</param>
    /// <param name="failure">Why it failed; null otherwise.</param>
    public static FrameStep ReadNext(
        in ReadOnlySequence<byte> body,
        bool ended,
        int maxSize,
        out ReadOnlySequence<byte> payload,
        out bool compressed,
        out GrpcStatus? failure)
    {
        payload = default;
        compressed = false;
        failure = null;
        if (body.IsEmpty && ended)
        {
            return FrameStep.End;
        }

        if (body.Length < HeaderLength)
        {
            return Short(WireStatus.MessageTruncated, ended, out failure);
        }

        var (flag, length) = ReadHeader(body);
        failure = flag > 1 ? WireStatus.FlagInvalid : length > (uint)maxSize ? WireStatus.RequestTooLarge : null;
        if (failure is not null)
        {
            return FrameStep.Failed;
        }

        if (body.Length < HeaderLength + (long)length)
        {
            return Short(WireStatus.MessageTruncated, ended, out failure);
        }

        payload = body.Slice(HeaderLength, length);
        compressed = flag == 1;
        return FrameStep.Complete;
    }

    public static void WriteHeader(Span<byte> header, int length, bool compressed = false)
    {
        header[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], length);
    }

    private static FrameStep Short(GrpcStatus reason, bool ended, out GrpcStatus? failure)
    {
        failure = ended ? reason : null;
        return ended ? FrameStep.Failed : FrameStep.NeedMore;
    }

    private static (byte Flag, uint Length) ReadHeader(in ReadOnlySequence<byte> body)
    {
        var first = body.FirstSpan;
        if (first.Length >= HeaderLength)
        {
            return (first[0], BinaryPrimitives.ReadUInt32BigEndian(first[1..]));
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        body.Slice(0, HeaderLength).CopyTo(header);
        return (header[0], BinaryPrimitives.ReadUInt32BigEndian(header[1..]));
    }
}
