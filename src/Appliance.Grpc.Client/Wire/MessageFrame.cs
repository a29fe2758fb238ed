using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using Google.Protobuf;

namespace Appliance.Grpc.Client.Wire;

/// <summary>Length-prefixed messages (PROTOCOL-HTTP2), client side.</summary>
internal static class MessageFrame
{
    private const int HeaderLength = 5;

    public static byte[] Encode(IMessage message)
    {
        var size = message.CalculateSize();
        var frame = new byte[HeaderLength + size];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        message.WriteTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>
    /// Reads the one message of a unary response and the end of the body, so that the trailers are there. A failure
    /// that leaves the body unread is thrown; one that the trailers may explain better is returned.
    /// </summary>
    public static async Task<(byte[]? Payload, GrpcStatusException? Failure)> ReadSingleAsync(
        Stream body, bool gzip, int maxSize, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderLength];
        var read = await body.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken);
        if (read < HeaderLength)
        {
            return (null, Broken(read == 0 ? "The response has no message." : "The response ended inside a message."));
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
        if (length > (uint)maxSize)
        {
            throw TooLarge(maxSize);
        }

        var payload = new byte[length];
        read = await body.ReadAtLeastAsync(payload, payload.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < payload.Length)
        {
            return (null, Broken("The response ended inside a message."));
        }

        if (await body.ReadAsync(header.AsMemory(0, 1), cancellationToken) != 0)
        {
            throw Broken("The response has more than the one message of a unary call.");
        }

        return header[0] switch
        {
            0 => (payload, null),
            1 when gzip => (Decompress(payload, maxSize), null),
            _ => (null, Broken("The response message has a compressed flag that its grpc-encoding does not allow.")),
        };
    }

    private static byte[] Decompress(byte[] payload, int maxSize)
    {
        using var unzip = new GZipStream(new MemoryStream(payload), CompressionMode.Decompress);
        var plain = new MemoryStream();
        var part = new byte[16 * 1024];
        try
        {
            for (var read = unzip.Read(part); read > 0; read = unzip.Read(part))
            {
                plain.Write(part, 0, read);
                if (plain.Length > maxSize)
                {
                    throw TooLarge(maxSize);
                }
            }
        }
        catch (InvalidDataException)
        {
            throw Broken("The compressed response message is not valid gzip.");
        }

        return plain.ToArray();
    }

    private static GrpcStatusException Broken(string text) => new(GrpcStatusCode.Internal, text);

    private static GrpcStatusException TooLarge(int maxSize)
        => new(
            GrpcStatusCode.ResourceExhausted,
            string.Create(CultureInfo.InvariantCulture, $"The response message is larger than {maxSize} bytes."));
}
