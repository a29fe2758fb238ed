using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Appliance.Grpc.Client.Wire;

/// <summary>Unpacks messages compressed with gzip (RFC 1952).</summary>
internal static class GzipMessage
{
    private const int FirstBuffer = 16 * 1024;
    private const int SmallestMember = 18;

    /// <summary>
    /// Unpacks into an array of the pool, to be given back. Stops as soon as the limit is passed: a small message that
    /// would unpack to gigabytes costs no more than the limit.
    /// </summary>
    public static (byte[] Buffer, int Length) Decompress(ReadOnlySpan<byte> payload, int maxSize)
    {
        if (payload.IsEmpty)
        {
            // .NET's own GZipStream writes nothing at all for an empty message.
            return (ArrayPool<byte>.Shared.Rent(1), 0);
        }

        if (payload.Length < SmallestMember)
        {
            throw NotGzip();
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(FirstBuffer, maxSize + 1L));
        try
        {
            using var unzip = new GZipStream(new MemoryStream(payload.ToArray()), CompressionMode.Decompress);
            var length = 0;
            for (var read = unzip.Read(buffer); read > 0; read = unzip.Read(buffer.AsSpan(length)))
            {
                length += read;
                if (length > maxSize)
                {
                    throw MessageReader.TooLarge(maxSize);
                }

                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, maxSize);
                }
            }

            // GZipStream takes a cut-off stream for a whole one; the size at the end of the member tells.
            if (BinaryPrimitives.ReadUInt32LittleEndian(payload[^sizeof(uint)..]) != (uint)length)
            {
                throw NotGzip();
            }

            return (buffer, length);
        }
        catch (Exception exception)
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            throw exception is InvalidDataException ? NotGzip() : exception;
        }
    }

    private static byte[] Grow(byte[] full, int maxSize)
    {
        var most = Math.Min(maxSize + 1L, Array.MaxLength);
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(full.Length * 2L, most));
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full, clearArray: true);
        return larger;
    }

    private static GrpcStatusException NotGzip()
        => new(GrpcStatusCode.Internal, "The compressed response message is not valid gzip.");
}
