using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace Appliance.Server.Tests.Hosting.Peers;

/// <summary>PROXY headers byte by byte, as haproxy.org's doc/proxy-protocol.txt draws them.</summary>
internal static class Preface
{
    public static byte[] Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    public static byte[] Local => Build(0x20, 0x00, []);

    /// <summary>A client at this address, with TLVs after it.</summary>
    public static byte[] Of(string client, params byte[][] tlvs)
    {
        var source = IPEndPoint.Parse(client);
        var isV4 = source.AddressFamily == AddressFamily.InterNetwork;
        var destination = (isV4 ? IPAddress.Loopback : IPAddress.IPv6Loopback).GetAddressBytes();
        var ports = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(ports, (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(ports.AsSpan(2), 443);
        return Build(
            0x21,
            isV4 ? (byte)0x11 : (byte)0x21,
            [.. source.Address.GetAddressBytes(), .. destination, .. ports, .. tlvs.SelectMany(tlv => tlv)]);
    }

    public static byte[] Build(byte command, byte family, byte[] content)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)content.Length);
        return [.. Signature, command, family, .. length, .. content];
    }

    public static byte[] Tlv(byte type, params byte[] value)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)value.Length);
        return [type, .. length, .. value];
    }

    /// <summary>PP2_TYPE_SSL: the client came by TLS, and perhaps showed a certificate that was verified.</summary>
    public static byte[] Tls(byte client = 0x01, uint verify = 0, byte[]? certificate = null)
    {
        var verified = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(verified, verify);
        return Tlv(0x20, [client, .. verified, .. certificate is null ? [] : Tlv(0x28, certificate)]);
    }

    /// <summary>Puts the right checksum into the PP2_TYPE_CRC32C that the header ends with.</summary>
    public static byte[] Sealed(byte[] header)
    {
        var crc = uint.MaxValue;
        foreach (var one in header)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(header.Length - 4), ~crc);
        return header;
    }
}
