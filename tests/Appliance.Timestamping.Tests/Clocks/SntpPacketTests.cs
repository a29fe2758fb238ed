using Appliance.Tests.Shared.Timestamps;
using System.Buffers.Binary;
using Appliance.Tests.Shared.Timestamps;
using Appliance.Timestamping.Clocks;

namespace Appliance.Timestamping.Tests.Clocks;

public sealed class SntpPacketTests
{
    private const long MaxRoot = 3 * TimeSpan.TicksPerSecond / 2;
    private const ulong Cookie = 0x1122334455667788;

    [Fact]
    public void A_good_answer_has_no_fault() => Assert.Null(Read(Answer()).FindFault(Cookie, MaxRoot));

    [Theory]
    [InlineData(0, 0x23, "not a server's answer")]
    [InlineData(0, 0x25, "not a server's answer")]
    [InlineData(0, 0x14, "another version")]
    [InlineData(0, 0x2C, "another version")]
    [InlineData(0, 0xE4, "not synchronised")]
    [InlineData(1, 0, "kiss-o'-death RATE")]
    [InlineData(1, 16, "not synchronised")]
    [InlineData(1, 255, "not synchronised")]
    [InlineData(4, 0x80, "negative root delay")]
    [InlineData(5, 0x04, "too far")]
    [InlineData(9, 0x02, "too far")]
    [InlineData(24, 0x00, "another request")]
    public void A_bad_answer_is_refused(int place, int value, string fault)
    {
        var answer = Answer();
        answer[place] = (byte)value;

        Assert.Contains(fault, Read(answer).FindFault(Cookie, MaxRoot), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(40)]
    public void An_answer_without_a_time_is_refused(int place)
    {
        var answer = Answer();
        answer.AsSpan(place, 8).Clear();

        Assert.Equal("no time in it", Read(answer).FindFault(Cookie, MaxRoot));
    }

    [Fact]
    public void A_kiss_is_not_trusted_to_be_text()
    {
        var answer = Answer();
        answer[1] = 0;
        answer[12] = 0x1B;

        Assert.Equal("stratum 0 or 16, not synchronised", Read(answer).FindFault(Cookie, MaxRoot));
        Assert.Null(Read(answer).Kiss);
    }

    [Fact]
    public void A_short_answer_is_none() => Assert.False(SntpPacket.TryRead(new byte[47], out _));

    [Theory]
    [InlineData("2026-04-11T00:00:00.1234567Z")]
    [InlineData("2036-02-07T06:28:15.9Z")]
    [InlineData("2036-02-07T06:28:16.1Z")]
    [InlineData("2100-01-01T00:00:00Z")]
    public void Timestamps_survive_the_end_of_the_first_era(string text)
    {
        var time = DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture).UtcTicks;

        var read = SntpPacket.ToTicks(SntpPacket.FromTicks(time), time + TimeSpan.FromDays(3650).Ticks);

        Assert.InRange(time - read, 0, 1);
    }

    [Fact]
    public void Offset_and_radius_are_those_of_RFC_5905()
    {
        // Sent at T1; the server is 2 s ahead; 30 ms there, 5 ms in it, 10 ms back: the offset is off by 10 ms, which
        // half the delay covers.
        var sent = new ClockReading(SetClocks.Beginning.UtcTicks, 500);
        var received = sent.UtcTicks + TimeSpan.FromMilliseconds(2030).Ticks;
        var packet = Read(Answer()) with
        {
            Receive = SntpPacket.FromTicks(received),
            Transmit = SntpPacket.FromTicks(received + TimeSpan.FromMilliseconds(5).Ticks),
            RootDelay = TimeSpan.FromMilliseconds(8).Ticks,
            RootDispersion = TimeSpan.FromMilliseconds(3).Ticks,
        };

        var sample = SntpClient.Evaluate(packet, sent, elapsed: 45_000_000);

        Assert.Null(sample.Fault);
        Assert.Equal(2010, TimeSpan.FromTicks(sample.Offset).TotalMilliseconds, 2);
        Assert.Equal(20 + 4 + 3, TimeSpan.FromTicks(sample.Radius).TotalMilliseconds, 2);
        Assert.Equal((sent.Offset, sent.RawNanoseconds), (sample.WallOffset, sample.RawNanoseconds));
    }

    [Fact]
    public void A_server_that_sends_before_it_receives_or_took_longer_than_the_way_is_refused()
    {
        var sent = new ClockReading(SetClocks.Beginning.UtcTicks, 0);
        var good = Read(Answer());

        var backwards = good with { Transmit = good.Receive - (1UL << 32) };
        Assert.NotNull(SntpClient.Evaluate(backwards, sent, 1_000_000).Fault);
        var slow = good with { Transmit = good.Receive + (1UL << 32) };
        Assert.NotNull(SntpClient.Evaluate(slow, sent, 1_000_000).Fault);
    }

    [Fact]
    public void Any_octets_are_an_answer_or_a_fault()
    {
        var mutator = new Mutator(7);
        var samples = new List<SntpSample>();
        for (var i = 0; i < 50_000; i++)
        {
            var octets = i % 2 == 0 ? mutator.Octets(SntpPacket.Length) : mutator.Damage(Answer());
            if (SntpPacket.TryRead(octets, out var packet) && packet.FindFault(packet.Originate, MaxRoot) is null)
            {
                var sent = new ClockReading(SetClocks.Beginning.UtcTicks, 0);
                samples.Add(SntpClient.Evaluate(packet, sent, mutator.Next(int.MaxValue)));
            }
        }

        Assert.NotEmpty(samples);
        Assert.True(SntpQuorum.TryFind(samples, SetClocks.Beginning.UtcTicks, out _));
    }

    /// <summary>Version 4, server, stratum 2, as answered to <see cref="Cookie"/>.</summary>
    internal static byte[] Answer(ulong cookie = Cookie, long? time = null)
    {
        var answer = new byte[SntpPacket.Length];
        answer[0] = 0x24;
        answer[1] = 2;
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(4), 0x0000_0100);
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(8), 0x0000_0100);
        "RATE"u8.CopyTo(answer.AsSpan(12));
        var now = SntpPacket.FromTicks(time ?? SetClocks.Beginning.UtcTicks);
        BinaryPrimitives.WriteUInt64BigEndian(answer.AsSpan(24), cookie);
        BinaryPrimitives.WriteUInt64BigEndian(answer.AsSpan(32), now);
        BinaryPrimitives.WriteUInt64BigEndian(answer.AsSpan(40), now);
        return answer;
    }

    private static SntpPacket Read(byte[] answer)
    {
        Assert.True(SntpPacket.TryRead(answer, out var packet));
        return packet;
    }
}
