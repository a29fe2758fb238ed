using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Appliance.Timestamping.Clocks;

namespace Appliance.Timestamping.Tests.Clocks;

/// <summary>Over UDP, with a server of the test's own at the other end.</summary>
public sealed class SntpClientTests
{
    [Fact]
    public async Task A_server_is_asked_and_its_offset_found()
    {
        var sample = await AskAsync(cookie => [SntpPacketTests.Answer(
            cookie, TimeProvider.System.GetUtcNow().UtcTicks + TimeSpan.FromSeconds(10).Ticks)]);

        Assert.Null(sample.Fault);
        Assert.InRange(TimeSpan.FromTicks(sample.Offset), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task An_answer_that_does_not_know_the_cookie_is_passed_over()
    {
        var sample = await AskAsync(cookie =>
        [
            SntpPacketTests.Answer(cookie ^ 1),
            new byte[5],
            SntpPacketTests.Answer(cookie, TimeProvider.System.GetUtcNow().UtcTicks),
        ]);

        Assert.Null(sample.Fault);
    }

    [Fact]
    public async Task A_kiss_is_told()
    {
        var sample = await AskAsync(cookie =>
        {
            var answer = SntpPacketTests.Answer(cookie);
            answer[1] = 0;
            return [answer];
        });

        Assert.Equal("kiss-o'-death RATE", sample.Fault);
    }

    [Fact]
    public async Task No_answer_is_a_fault_after_the_time_for_it()
    {
        var sample = await AskAsync(_ => [], TimeSpan.FromMilliseconds(100));

        Assert.Equal("no answer in time", sample.Fault);
    }

    [Fact]
    public async Task A_port_where_nobody_is_and_a_name_that_is_none_are_faults()
    {
        using var taken = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)taken.Client.LocalEndPoint!).Port;
        taken.Close();

        Assert.NotNull((await Client().QueryAsync(
            new SntpServer("127.0.0.1", port), TestContext.Current.CancellationToken)).Fault);
        Assert.NotNull((await Client().QueryAsync(
            new SntpServer("no-such-host.invalid"), TestContext.Current.CancellationToken)).Fault);
    }

    private static SntpClient Client(TimeSpan? timeout = null)
        => new(TimeProvider.System, SystemClocks.RawNanoseconds, timeout ?? TimeSpan.FromSeconds(10));

    private static async Task<SntpSample> AskAsync(Func<ulong, byte[][]> answers, TimeSpan? timeout = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)server.Client.LocalEndPoint!).Port;
        var asked = Client(timeout).QueryAsync(new SntpServer("127.0.0.1", port), cancellation);

        var request = await server.ReceiveAsync(cancellation);
        Assert.Equal(SntpPacket.Length, request.Buffer.Length);
        Assert.Equal(0x23, request.Buffer[0]);
        Assert.All(request.Buffer[1..40], octet => Assert.Equal(0, octet));
        foreach (var answer in answers(BinaryPrimitives.ReadUInt64BigEndian(request.Buffer.AsSpan(40))))
        {
            await server.SendAsync(answer, request.RemoteEndPoint, cancellation);
        }

        return await asked;
    }
}
