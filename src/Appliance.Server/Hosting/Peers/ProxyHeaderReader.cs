using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Numerics;

namespace Appliance.Server.Hosting.Peers;

/// <summary>
/// Reads the PROXY protocol's binary header (haproxy.org, doc/proxy-protocol.txt, version 2). Bytes of strangers go in:
/// nothing is taken on trust, nothing throws, and no more than <see cref="Limit"/> bytes are ever waited for.
/// </summary>
internal static class ProxyHeaderReader
{
    /// <summary>A header's largest length beside its 16 first bytes: a certificate has room, a flood has not.</summary>
    public const int Limit = 16 * 1024;

    private const int FixedLength = 16;
    private const byte TlvCrc32C = 0x03;
    private const byte TlvNoop = 0x04;
    private const byte TlvTls = 0x20;
    private const byte TlvTlsCertificate = 0x28;
    private const byte ClientTls = 0x01;
    private const byte ClientCertificate = 0x02 | 0x04;
    private const int TlsFixed = 5;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ReadOnlySpan<byte> SignatureV1 => "PROXY "u8;

    /// <summary>
    /// Whether a connection begins with a header of either version, as soon as that can be told; a whole one is not
    /// waited for. Version 1 is a header that nobody may send.
    /// </summary>
    public static ProxyHeaderStatus Look(in ReadOnlySequence<byte> bytes)
    {
        Span<byte> first = stackalloc byte[Signature.Length];
        var there = Take(bytes, first);
        if (Begins(there, Signature) || Begins(there, SignatureV1))
        {
            return there.Length < (there is [(byte)'P', ..] ? SignatureV1.Length : Signature.Length)
                ? ProxyHeaderStatus.NeedMore
                : ProxyHeaderStatus.Whole;
        }

        return ProxyHeaderStatus.None;
    }

    /// <summary>Reads the header that a connection begins with.</summary>
    /// <param name="bytes">What has come so far.</param>
    /// <param name="length">The header's length when it is whole.</param>
    /// <param name="header">What it says when it is whole.</param>
    public static ProxyHeaderStatus Read(in ReadOnlySequence<byte> bytes, out int length, out ProxyHeader? header)
    {
        (length, header) = (0, null);
        var begin = Look(bytes);
        if (begin != ProxyHeaderStatus.Whole)
        {
            return begin;
        }

        Span<byte> first = stackalloc byte[FixedLength];
        var there = Take(bytes, first);
        if (there is [(byte)'P', ..])
        {
            return ProxyHeaderStatus.Malformed;
        }

        if (there.Length < FixedLength)
        {
            return ProxyHeaderStatus.NeedMore;
        }

        int rest = BinaryPrimitives.ReadUInt16BigEndian(first[14..]);
        if (first[12] is not (0x20 or 0x21) || rest > Limit)
        {
            return ProxyHeaderStatus.Malformed;
        }

        if (bytes.Length < FixedLength + rest)
        {
            return ProxyHeaderStatus.NeedMore;
        }

        length = FixedLength + rest;
        header = Parse(bytes.Slice(0, length).ToArray());
        return header is null ? ProxyHeaderStatus.Malformed : ProxyHeaderStatus.Whole;
    }

    /// <summary>The header, all there; null when it is malformed.</summary>
    private static ProxyHeader? Parse(byte[] bytes)
    {
        // LOCAL: family and content are to be passed over, whatever they are (section 2.2).
        if (bytes[12] == 0x20)
        {
            return new ProxyHeader(null, IsLocal: true, null, null);
        }

        // UNSPEC: what follows has no meaning that is known.
        var content = bytes.AsSpan(FixedLength);
        IPEndPoint? source = null;
        int addresses;
        switch (bytes[13])
        {
            case 0x00:
                return new ProxyHeader(null, IsLocal: false, null, null);
            case 0x11 when content.Length >= 12:
                source = EndPoint(content[..4], content[8..]);
                addresses = 12;
                break;
            case 0x21 when content.Length >= 36:
                source = EndPoint(content[..16], content[32..]);
                addresses = 36;
                break;
            case 0x31 when content.Length >= 216:
                addresses = 216;
                break;
            default:
                return null;
        }

        bool? isTls = null;
        byte[]? certificate = null;
        for (var at = FixedLength + addresses; at < bytes.Length;)
        {
            if (!TryReadTlv(bytes.AsSpan(at), out var type, out var value)
                || (type == TlvCrc32C && !IsChecksum(bytes, at + 3, value))
                || (type == TlvTls && (isTls is not null || !TryReadTls(value, out isTls, out certificate))))
            {
                return null;
            }

            at += 3 + value.Length;
        }

        return new ProxyHeader(source, IsLocal: false, isTls, certificate);
    }

    private static IPEndPoint EndPoint(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port)
        => new(PeerNetworks.Plain(new IPAddress(address)), BinaryPrimitives.ReadUInt16BigEndian(port));

    private static bool TryReadTlv(ReadOnlySpan<byte> bytes, out byte type, out ReadOnlySpan<byte> value)
    {
        type = TlvNoop;
        value = default;
        if (bytes.Length < 3)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]);
        if (bytes.Length - 3 < length)
        {
            return false;
        }

        type = bytes[0];
        value = bytes.Slice(3, length);
        return true;
    }

    /// <summary>CRC-32C over the whole header, the checksum itself taken for zero (section 2.2.3).</summary>
    private static bool IsChecksum(byte[] header, int at, ReadOnlySpan<byte> value)
    {
        if (value.Length != 4)
        {
            return false;
        }

        var crc = uint.MaxValue;
        for (var i = 0; i < header.Length; i++)
        {
            crc = BitOperations.Crc32C(crc, i >= at && i < at + 4 ? (byte)0 : header[i]);
        }

        return BinaryPrimitives.ReadUInt32BigEndian(value) == ~crc;
    }

    /// <summary>What the proxy says of the client's TLS (section 2.2.6).</summary>
    private static bool TryReadTls(ReadOnlySpan<byte> value, out bool? isTls, out byte[]? certificate)
    {
        (isTls, certificate) = (null, null);
        if (value.Length < TlsFixed)
        {
            return false;
        }

        var client = value[0];
        var isVerified = BinaryPrimitives.ReadUInt32BigEndian(value[1..]) == 0;
        isTls = (client & ClientTls) != 0;
        for (var rest = value[TlsFixed..]; rest.Length > 0;)
        {
            if (!TryReadTlv(rest, out var type, out var content))
            {
                return false;
            }

            if (type == TlvTlsCertificate && isTls.Value && isVerified && (client & ClientCertificate) != 0)
            {
                certificate = content.ToArray();
            }

            rest = rest[(3 + content.Length)..];
        }

        return true;
    }

    private static ReadOnlySpan<byte> Take(in ReadOnlySequence<byte> bytes, Span<byte> room)
    {
        var taken = (int)Math.Min(bytes.Length, room.Length);
        bytes.Slice(0, taken).CopyTo(room);
        return room[..taken];
    }

    /// <summary>True when as much as is there agrees; of nothing it is true.</summary>
    private static bool Begins(ReadOnlySpan<byte> there, ReadOnlySpan<byte> signature)
    {
        var compared = Math.Min(there.Length, signature.Length);
        return there[..compared].SequenceEqual(signature[..compared]);
    }
}
