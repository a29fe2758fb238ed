using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Appliance.Load.Timestamps;

namespace Appliance.Load.Tests.Timestamps;

/// <summary>The open loop against servers of a thread a connection.</summary>
public sealed class OpenLoopTests : IDisposable
{
    private static readonly byte[] s_answer =
        [.. "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"u8, 0x30, 0x82, 0, 5, 0x30, 3, 2, 1, 0];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private long _answered;

    public OpenLoopTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Every_request_is_sent_once_and_every_answer_counted()
    {
        var requests = new StampRequests(16);
        Serve(connections: 4, requests.ToHttp(Url)[0].Length, static _ => { });
        using var loop = new OpenLoop((IPEndPoint)_listener.LocalEndpoint, requests.ToHttp(Url), connections: 4);

        var histogram = loop.Run(rate: 2000, TimeSpan.FromSeconds(0.5));

        Assert.Equal(1000, histogram.Count);
        Assert.Equal(1000, Interlocked.Read(ref _answered));
        Assert.Equal(0, loop.Refused);
        Assert.All(loop.Kept, kept => Assert.Equal(9, kept.Response.Length));
        Assert.NotEmpty(loop.Kept);
    }

    /// <summary>The first answer takes 200 ms: longer than all the others take to become due.</summary>
    [Fact]
    public void Requests_that_wait_for_a_connection_count_as_waiting()
    {
        var requests = new StampRequests(16);
        Serve(
            connections: 1,
            requests.ToHttp(Url)[0].Length,
            static index => WaitAtLeast(TimeSpan.FromMilliseconds(index == 0 ? 200 : 0)));
        using var loop = new OpenLoop((IPEndPoint)_listener.LocalEndpoint, requests.ToHttp(Url), connections: 1);

        var histogram = loop.Run(rate: 1000, TimeSpan.FromSeconds(0.1));

        // All hundred were due within the first one's 200 ms, and none was sent before it was answered.
        Assert.Equal(100, histogram.Count);
        Assert.True(histogram.Quantile(0) >= 100_000_000, $"{histogram.Quantile(0)} ns");
        Assert.True(histogram.Max >= 200_000_000, $"{histogram.Max} ns");
    }

    [Fact]
    public void A_server_that_leaves_is_told_of()
    {
        var requests = new StampRequests(1);
        Serve(connections: 1, requests.Length, static _ => throw new IOException("Leaves."));
        using var loop = new OpenLoop((IPEndPoint)_listener.LocalEndpoint, requests.ToHttp(Url), connections: 1);

        Assert.Throws<IOException>(() => loop.Run(rate: 1000, TimeSpan.FromSeconds(0.1)));
    }

    /// <summary>
    /// By the clock that the loop measures with: timed waits may end a fraction of a millisecond early.
    /// </summary>
    private static void WaitAtLeast(TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(start) >= time);
    }

    private Uri Url => new($"http://{_listener.LocalEndpoint}/tsa/p256");

    private void Serve(int connections, int requestLength, Action<long> before)
    {
        for (var i = 0; i < connections; i++)
        {
            new Thread(() => Answer(requestLength, before)) { IsBackground = true, Name = "answers" }.Start();
        }
    }

    private void Answer(int requestLength, Action<long> before)
    {
        try
        {
            using var client = _listener.AcceptTcpClient();
            var request = new byte[requestLength];
            while (true)
            {
                client.GetStream().ReadExactly(request);
                before(Interlocked.Read(ref _answered));
                Interlocked.Increment(ref _answered);
                client.GetStream().Write(s_answer);
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // The client has gone, or the test.
        }
    }
}
