using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Appliance.Server.Hosting.Peers;

namespace Appliance.Server.Tests.Hosting.Peers;

public sealed class ProxyHeaderReaderTests
{
    /// <summary>A header that HAProxy 2.6 sent (send-proxy-v2) for 192.0.2.7:56324.</summary>
    private const string Recorded = "0D0A0D0A000D0A515549540A2111000CC0000207C6336401DC0401BB";

    private static readonly byte[] s_crc = Preface.Tlv(0x03, 0, 0, 0, 0);

    [Fact]
    public void A_recorded_header_tells_the_client()
    {
        var header = Whole(Convert.FromHexString(Recorded));

        Assert.Equal("192.0.2.7:56324", header.Source!.ToString());
        Assert.False(header.IsLocal);
        Assert.Null(header.IsTls);
    }

    [Theory]
    [InlineData("203.0.113.9:4711", "203.0.113.9:4711")]
    [InlineData("[2001:db8::7]:1", "[2001:db8::7]:1")]
    [InlineData("[::ffff:203.0.113.9]:65535", "203.0.113.9:65535")]
    public void Both_families_are_read(string client, string expected)
        => Assert.Equal(expected, Whole(Preface.Of(client)).Source!.ToString());

    [Fact]
    public void LOCAL_and_UNSPEC_name_nobody_whatever_follows()
    {
        Assert.True(Whole(Preface.Local).IsLocal);
        Assert.True(Whole(Preface.Build(0x20, 0xFF, [1, 2, 3])).IsLocal);
        Assert.Null(Whole(Preface.Build(0x21, 0x00, [9, 9])).Source);
        Assert.Null(Whole(Preface.Build(0x21, 0x31, new byte[216])).Source);
    }

    [Fact]
    public void What_is_not_known_is_passed_over_and_a_checksum_is_checked()
    {
        var header = Preface.Sealed(Preface.Of("203.0.113.9:1", Preface.Tlv(0xE0, 1, 2), Preface.Tlv(0x04), s_crc));
        Assert.NotNull(Whole(header).Source);

        // Without its type the checksum is none.
        for (var i = 12; i < header.Length; i += i == header.Length - 8 ? 2 : 1)
        {
            var broken = (byte[])header.Clone();
            broken[i] ^= 0x40;
            Assert.NotEqual(ProxyHeaderStatus.Whole, Read(broken, out _, out _));
        }
    }

    [Fact]
    public void TLS_and_a_verified_certificate_are_told()
    {
        byte[] der = [0x30, 0x00];
        Assert.True(Whole(Preface.Of("203.0.113.9:1", Preface.Tls())).IsTls);
        Assert.False(Whole(Preface.Of("203.0.113.9:1", Preface.Tls(client: 0))).IsTls);
        Assert.Equal(der, Whole(Preface.Of("203.0.113.9:1", Preface.Tls(0x03, 0, der))).Certificate);
        Assert.Null(Whole(Preface.Of("203.0.113.9:1", Preface.Tls(0x03, verify: 18, der))).Certificate);
        Assert.Null(Whole(Preface.Of("203.0.113.9:1", Preface.Tls(0x01, 0, der))).Certificate);
    }

    [Theory]
    [InlineData("31", "11", 12)] // version 3
    [InlineData("22", "11", 12)] // a command that there is not
    [InlineData("21", "12", 12)] // datagrams
    [InlineData("21", "41", 12)] // a family that there is not
    [InlineData("21", "11", 11)] // too short for its addresses
    [InlineData("21", "21", 35)]
    [InlineData("21", "31", 215)]
    [InlineData("21", "11", 13)] // half a TLV
    [InlineData("21", "11", 16_385)] // beyond the limit
    public void What_is_malformed_is_told(string command, string family, int length)
    {
        var header = Preface.Build(Byte(command), Byte(family), new byte[length]);

        Assert.Equal(ProxyHeaderStatus.Malformed, Read(header, out _, out _));
    }

    [Fact]
    public void Version_1_is_malformed_and_other_protocols_are_none()
    {
        Assert.Equal(ProxyHeaderStatus.Malformed, Read("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"u8.ToArray(), out _, out _));
        string[] others = ["POST / HTTP/1.1", "PRI * HTTP/2.0", "\r\nGET", "\r\n\r\n\0\r\nQUIX", "\u0016\u0003"];
        foreach (var text in others)
        {
            Assert.Equal(
                ProxyHeaderStatus.None, Read(System.Text.Encoding.Latin1.GetBytes(text), out var length, out _));
            Assert.Equal(0, length);
        }
    }

    [Fact]
    public void Every_beginning_of_a_header_asks_for_more_and_every_split_reads_the_same()
    {
        var header = Preface.Sealed(Preface.Of("[2001:db8::7]:9", Preface.Tls(0x03, 0, [1, 2, 3]), s_crc));
        byte[] all = [.. header, .. "GET "u8];
        for (var i = 0; i < header.Length; i++)
        {
            Assert.Equal(ProxyHeaderStatus.NeedMore, Read(header[..i], out _, out _));
            var split = Segments(all[..i], all[i..]);
            Assert.Equal(ProxyHeaderStatus.Whole, ProxyHeaderReader.Read(split, out var length, out var read));
            Assert.Equal(header.Length, length);
            Assert.Equal("[2001:db8::7]:9", read!.Source!.ToString());
        }
    }

    [Fact]
    public void Whatever_comes_never_throws_and_never_asks_for_more_than_the_limit()
    {
        // A header that is right is changed in a few places, cut, and filled up with noise: 200,000 times.
        var seed = Preface.Sealed(Preface.Of(
            "203.0.113.9:1", Preface.Tlv(0x01, 1, 2), Preface.Tls(0x07, 0, [1, 2]), s_crc));
        var noise = RandomNumberGenerator.GetBytes(64 * 1024);
        var seen = new Dictionary<ProxyHeaderStatus, int>();
        for (var run = 0; run < 200_000; run++)
        {
            var at = run % (noise.Length - 64);
            var length = 12 + (((noise[at] << 8) | noise[at + 1]) % (seed.Length + 8));
            var bytes = new byte[length];
            for (var i = 0; i < length; i++)
            {
                bytes[i] = i < seed.Length ? seed[i] : noise[at + (i % 64)];
            }

            for (var change = 0; change <= noise[at + 2] % 4; change++)
            {
                var where = 12 + (noise[at + 3 + change] % Math.Max(1, length - 12));
                if (where < length)
                {
                    bytes[where] = noise[at + 8 + change];
                }
            }

            var status = Read(bytes, out var read, out var header);
            seen[status] = seen.GetValueOrDefault(status) + 1;
            Assert.Equal(status == ProxyHeaderStatus.Whole, header is not null);
            Assert.InRange(read, 0, bytes.Length);
            if (status == ProxyHeaderStatus.NeedMore)
            {
                Assert.True(bytes.Length < 16 + ProxyHeaderReader.Limit);
            }
        }

        Assert.True(seen[ProxyHeaderStatus.Whole] > 100 && seen[ProxyHeaderStatus.Malformed] > 100);
    }

    private static byte Byte(string hex) => byte.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static ProxyHeader Whole(byte[] bytes)
    {
        Assert.Equal(ProxyHeaderStatus.Whole, Read(bytes, out var length, out var header));
        Assert.Equal(bytes.Length, length);
        return header!;
    }

    private static ProxyHeaderStatus Read(byte[] bytes, out int length, out ProxyHeader? header)
        => ProxyHeaderReader.Read(new ReadOnlySequence<byte>(bytes), out length, out header);

    private static ReadOnlySequence<byte> Segments(byte[] first, byte[] second)
    {
        var head = new Segment(first, 0);
        var tail = new Segment(second, first.Length);
        head.Link(tail);
        return new ReadOnlySequence<byte>(head, 0, tail, second.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, long start)
        {
            Memory = bytes;
            RunningIndex = start;
        }

        public void Link(Segment next) => Next = next;
    }
}
