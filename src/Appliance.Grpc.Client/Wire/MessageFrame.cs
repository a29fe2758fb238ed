using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;

namespace Appliance.Grpc.Client.Wire;

/// <summary>Makes length-prefixed messages (PROTOCOL-HTTP2): a flag, four bytes of length (big-endian), the message.
/// </summary>
internal static class MessageFrame
{
    public const int HeaderLength = 5;

    /// <summary>Where the frame lies: in an array of its own, or in one of the pool to be given back.</summary>
    public static ArraySegment<byte> Encode(IMessage message, bool compress, bool pooled)
    {
        var size = SizeOf(message);
        var frame = Allocate(size, pooled);
        message.WriteTo(frame.AsSpan(HeaderLength));

        // .NET's GZipStream makes no bytes at all of no bytes; flag 0 is always allowed.
        return compress && size > 0 ? Compress(frame, pooled) : frame;
    }

    /// <summary>Gives a pooled frame back, cleared: requests carry secrets.</summary>
    public static void Return(ArraySegment<byte> frame)
        => ArrayPool<byte>.Shared.Return(frame.Array!, clearArray: true);

    private static int SizeOf(IMessage message)
    {
        try
        {
            var size = message.CalculateSize();
            if (size >= 0 && size <= Array.MaxLength - HeaderLength)
            {
                return size;
            }
        }
        catch (OverflowException)
        {
            // More than 2 GiB: the same refusal.
        }

        throw new GrpcStatusException(
            GrpcStatusCode.ResourceExhausted, "The request message is larger than a message can be.");
    }

    private static ArraySegment<byte> Allocate(int size, bool pooled)
    {
        var length = HeaderLength + size;
        var frame = pooled ? ArrayPool<byte>.Shared.Rent(length) : new byte[length];
        frame[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        return new ArraySegment<byte>(frame, 0, length);
    }

    private static ArraySegment<byte> Compress(ArraySegment<byte> plain, bool pooled)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(plain.AsSpan(HeaderLength));
        }

        var frame = Allocate((int)packed.Length, pooled);
        frame[0] = 1;
        packed.GetBuffer().AsSpan(0, (int)packed.Length).CopyTo(frame.AsSpan(HeaderLength));
        if (pooled)
        {
            Return(plain);
        }

        return frame;
    }
}
