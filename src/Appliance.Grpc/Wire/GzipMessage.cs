using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;
using Microsoft.Extensions.Primitives;

namespace Appliance.Grpc.Wire;

/// <summary>Messages compressed with gzip (RFC 1952). Off the hot path: signatures do not compress.</summary>
internal static class GzipMessage
{
    private const int FirstBuffer = 16 * 1024;
    private const int SmallestMember = 18;

    /// <summary>
    /// Decompresses into a rented array; give it to <see cref="Return"/>. Stops as soon as the limit is passed, so a
    /// small message that would unpack to gigabytes costs no more than the limit.
    /// </summary>
    /// <returns>The array and the bytes used in it, or the reason of the failure.</returns>
    public static (byte[]? Buffer, int Length, GrpcStatus? Failure) Decompress(
        in ReadOnlySequence<byte> payload, int maxSize)
    {
        if (payload.IsEmpty)
        {
            // .NET's own GZipStream writes nothing at all for an empty message.
            return (ArrayPool<byte>.Shared.Rent(1), 0, null);
        }

        if (payload.Length < SmallestMember)
        {
            return (null, 0, WireStatus.MessageNotGzip);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstBuffer, maxSize));
        var length = 0;
        try
        {
            using var unzip = new GZipStream(new MemoryStream(payload.ToArray()), CompressionMode.Decompress);
            while (true)
            {
                var read = unzip.Read(buffer, length, Math.Min(buffer.Length, maxSize) - length);
                length += read;
                if (read == 0 || (length == maxSize && unzip.ReadByte() < 0))
                {
                    return Whole(payload, buffer, length);
                }

                if (length == maxSize)
                {
                    Return(buffer);
                    return (null, 0, WireStatus.RequestTooLarge);
                }

                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, maxSize);
                }
            }
        }
        catch (InvalidDataException)
        {
            Return(buffer);
            return (null, 0, WireStatus.MessageNotGzip);
        }
    }

    /// <summary>Writes a message, compressed and framed.</summary>
    public static void Compress(IBufferMessage message, IBufferWriter<byte> writer)
    {
        using var compressed = new MemoryStream();
        using (var zip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            message.WriteTo(zip);
        }

        var length = (int)compressed.Length;
        MessageFrame.WriteHeader(writer.GetSpan(MessageFrame.HeaderLength), length, compressed: true);
        writer.Advance(MessageFrame.HeaderLength);
        writer.Write(compressed.GetBuffer().AsSpan(0, length));
    }

    /// <summary>Whether grpc-accept-encoding names gzip.</summary>
    public static bool IsAccepted(StringValues acceptEncoding)
    {
        foreach (var value in acceptEncoding)
        {
            foreach (var part in value.AsSpan().Split(','))
            {
                if (value.AsSpan(part).Trim().SequenceEqual("gzip"))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Gives an array back, cleared: requests carry secrets.</summary>
    public static void Return(byte[] buffer) => ArrayPool<byte>.Shared.Return(buffer, clearArray: true);

    /// <summary>GZipStream takes a cut-off stream for a whole one; the size at the end of the member tells.</summary>
    private static (byte[]? Buffer, int Length, GrpcStatus? Failure) Whole(
        in ReadOnlySequence<byte> payload, byte[] buffer, int length)
    {
        Span<byte> size = stackalloc byte[sizeof(uint)];
        payload.Slice(payload.Length - size.Length).CopyTo(size);
        if (BinaryPrimitives.ReadUInt32LittleEndian(size) == (uint)length)
        {
            return (buffer, length, null);
        }

        Return(buffer);
        return (null, 0, WireStatus.MessageNotGzip);
    }

    private static byte[] Grow(byte[] full, int maxSize)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(full.Length * 2L, maxSize));
        full.CopyTo(larger, 0);
        Return(full);
        return larger;
    }
}
