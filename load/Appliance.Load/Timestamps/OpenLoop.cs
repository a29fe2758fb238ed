using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Appliance.Load.Timestamps;

/// <summary>
/// Requests at a constant rate over HTTP/1.1, whatever becomes of those before: one thread, connections that are kept,
/// one request in flight on each. Latency counts from when a request was due, so that it holds the time which requests
/// spent waiting for a connection, too. x86-64 Linux.
/// </summary>
internal sealed unsafe class OpenLoop : IDisposable
{
    private const int KeepOneIn = 499;
    private const int MostEvents = 64;

    private readonly byte[][] _requests;
    private readonly OpenConnection[] _connections;
    private readonly Stack<OpenConnection> _idle;
    private readonly int _epoll;
    private long _sent;

    /// <param name="endPoint">Where the server is.</param>
    /// <param name="requests">Whole requests, taken in turn.</param>
    /// <param name="connections">Most requests in flight.</param>
    public OpenLoop(IPEndPoint endPoint, byte[][] requests, int connections)
    {
        _requests = requests;
        _epoll = Libc.epoll_create1(0);
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new OpenConnection(endPoint))];
        for (var i = 0; i < _connections.Length; i++)
        {
            var interest = new EpollEvent { Events = Libc.EpollIn, Data = i };
            Check(Libc.epoll_ctl(_epoll, Libc.EpollControlAdd, _connections[i].Descriptor, &interest));
        }

        _idle = new Stack<OpenConnection>(_connections);
    }

    /// <summary>Every so many answers, with the index of its request, for verification afterwards.</summary>
    public List<(int Request, byte[] Response)> Kept { get; } = [];

    /// <summary>Answers without a token.</summary>
    public long Refused { get; private set; }

    /// <summary>Sends at a rate for a time and waits for every answer.</summary>
    public LatencyHistogram Run(double rate, TimeSpan duration)
    {
        var histogram = new LatencyHistogram();
        var schedule = new ArrivalSchedule(Now() + 1_000_000, rate, (long)(rate * duration.TotalSeconds));
        var happened = stackalloc EpollEvent[MostEvents];
        while (!schedule.IsOver || _idle.Count < _connections.Length)
        {
            while (_idle.Count > 0 && schedule.TryTake(Now(), out var due))
            {
                Send(_idle.Pop(), due);
            }

            var wait = _idle.Count > 0 && !schedule.IsOver
                ? Math.Max(0, schedule.NextDue - Now())
                : 10_000_000_000;
            var timeout = new TimeSpec { Seconds = wait / 1_000_000_000, Nanoseconds = wait % 1_000_000_000 };
            var count = Libc.epoll_pwait2(_epoll, happened, MostEvents, &timeout, 0);
            if (count == 0 && wait == 10_000_000_000)
            {
                throw new TimeoutException("No answer came within ten seconds.");
            }

            for (var i = 0; i < count; i++)
            {
                Receive(_connections[happened[i].Data], histogram);
            }
        }

        return histogram;
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }

        _ = Libc.close(_epoll);
    }

    private void Send(OpenConnection connection, long due)
    {
        connection.Due = due;
        connection.Request = (int)(_sent++ % _requests.Length);
        var request = _requests[connection.Request];
        fixed (byte* bytes = request)
        {
            // A request is far smaller than the socket's buffer, which is empty: it goes as a whole.
            if (Libc.send(connection.Descriptor, bytes, request.Length, 0) != request.Length)
            {
                throw new SocketException(Marshal.GetLastPInvokeError());
            }
        }
    }

    private void Receive(OpenConnection connection, LatencyHistogram histogram)
    {
        var reader = connection.Reader;
        nint length;
        fixed (byte* bytes = reader.Free)
        {
            length = Libc.recv(connection.Descriptor, bytes, reader.Free.Length, 0);
        }

        if (length <= 0)
        {
            throw new IOException("The server closed a connection.");
        }

        if (!reader.Advance((int)length))
        {
            return;
        }

        histogram.Record(Now() - connection.Due);
        if (!reader.IsGranted)
        {
            Refused++;
        }
        else if (histogram.Count % KeepOneIn == 1)
        {
            Kept.Add((connection.Request, reader.Body.ToArray()));
        }

        reader.Clear();
        _idle.Push(connection);
    }

    private static long Now() => (long)(Stopwatch.GetTimestamp() * (1_000_000_000.0 / Stopwatch.Frequency));

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new SocketException(Marshal.GetLastPInvokeError());
        }
    }
}
