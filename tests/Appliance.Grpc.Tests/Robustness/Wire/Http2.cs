using System.Buffers.Binary;

namespace Appliance.Grpc.Tests.Robustness.Wire;

/// <summary>HTTP/2's frames (RFC 9113, sections 4 and 6), written by hand so that they can be wrong.</summary>
internal static class Http2
{
    public const int HeaderLength = 9;

    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Priority = 2;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte PushPromise = 5;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;

    public const byte EndStream = 1;
    public const byte Ack = 1;
    public const byte EndHeaders = 4;
    public const byte Padded = 8;
    public const byte HasPriority = 0x20;

    public const int HeaderTableSize = 1;
    public const int InitialWindowSize = 4;

    public const uint NoError = 0;
    public const uint Cancel = 8;
    public const uint EnhanceYourCalm = 11;

    private const uint LargestWindow = int.MaxValue;
    private const uint FirstWindow = 65_535;

    public static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public static byte[] Frame(byte type, int flags, uint stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeaderLength + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)payload.Length << 8 | type);
        frame[4] = (byte)flags;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>A frame whose payload is one number.</summary>
    public static byte[] Frame(byte type, int flags, uint stream, uint number)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(payload, number);
        return Frame(type, flags, stream, payload);
    }

    /// <summary>SETTINGS with one parameter.</summary>
    public static byte[] Setting(int name, uint value)
    {
        Span<byte> payload = stackalloc byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)name);
        BinaryPrimitives.WriteUInt32BigEndian(payload[2..], value);
        return Frame(Settings, 0, 0, payload);
    }

    /// <summary>
    /// What a connection begins with: the preface, settings without a header table (answers then come as literals) and
    /// windows that no answer fills, or the window wanted.
    /// </summary>
    public static byte[] Hello(uint window = LargestWindow) =>
    [
        .. Preface,
        .. Setting(HeaderTableSize, 0),
        .. Setting(InitialWindowSize, window),
        .. Frame(WindowUpdate, 0, 0, LargestWindow - FirstWindow),
    ];
}
