using System.Text;
using Appliance.Load.Timestamps;

namespace Appliance.Load.Tests.Timestamps;

public sealed class ReplyReaderTests
{
    private static readonly byte[] s_granted = [0x30, 0x82, 0x00, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00];
    private static readonly byte[] s_rejection = [0x30, 0x09, 0x30, 0x07, 0x02, 0x01, 0x02, 0x03, 0x02, 0x07, 0x80];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void An_answer_is_whole_when_its_last_byte_is_there(int piece)
    {
        var reader = new ReplyReader();
        for (var repeat = 0; repeat < 3; repeat++)
        {
            var bytes = Answer("200 OK", s_granted);
            for (var at = 0; at < bytes.Length; at += piece)
            {
                var length = Math.Min(piece, bytes.Length - at);
                Assert.Equal(at + length == bytes.Length, Feed(reader, bytes.AsSpan(at, length)));
            }

            Assert.True(reader.IsGranted);
            Assert.Equal(s_granted, reader.Body.ToArray());
            reader.Clear();
        }
    }

    [Fact]
    public void A_rejection_and_another_status_are_no_tokens()
    {
        var reader = new ReplyReader();
        Assert.True(Feed(reader, Answer("200 OK", s_rejection)));
        Assert.False(reader.IsGranted);

        reader.Clear();
        Assert.True(Feed(reader, Answer("503 Service Unavailable", s_granted)));
        Assert.Equal(503, reader.Status);
        Assert.False(reader.IsGranted);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")]
    public void What_is_no_time_stamp_is_not_waited_for(string text)
        => Assert.Throws<InvalidDataException>(() => Feed(new ReplyReader(), Encoding.ASCII.GetBytes(text)));

    private static byte[] Answer(string status, byte[] body)
        =>
        [
            .. Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {status}\r\nDate: now\r\nContent-Length: {body.Length}\r\nServer: x\r\n\r\n"),
            .. body,
        ];

    private static bool Feed(ReplyReader reader, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(reader.Free);
        return reader.Advance(bytes.Length);
    }
}
