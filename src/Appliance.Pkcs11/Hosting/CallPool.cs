using System.Security.Cryptography;

namespace Appliance.Pkcs11.Hosting;

/// <summary>Threads of a host process for the calls of its parent: as many as are made at once.</summary>
internal sealed class CallPool
{
    private const int MaxThreads = 64;
    private const int MaxWaiting = 1024;

    private readonly object _gate = new();
    private readonly Queue<(uint Id, byte[] Body)> _waiting = new();
    private readonly FrameChannel _channel;
    private readonly CallServer _server;
    private readonly Action<string> _fault;
    private int _idle;
    private int _threads;

    /// <param name="channel">Where answers go.</param>
    /// <param name="server">Does them.</param>
    /// <param name="fault">Told when the parent sent what is no call.</param>
    public CallPool(FrameChannel channel, CallServer server, Action<string> fault)
    {
        _channel = channel;
        _server = server;
        _fault = fault;
    }

    public bool TryAdd(uint id, ReadOnlySpan<byte> body)
    {
        var copy = GC.AllocateUninitializedArray<byte>(body.Length, pinned: true);
        body.CopyTo(copy);
        lock (_gate)
        {
            if (_waiting.Count >= MaxWaiting)
            {
                return false;
            }

            _waiting.Enqueue((id, copy));
            if (_idle >= _waiting.Count)
            {
                Monitor.Pulse(_gate);
            }
            else if (_threads < MaxThreads)
            {
                _threads++;
                new Thread(Work) { IsBackground = true, Name = "pkcs11 calls" }.Start();
            }

            return true;
        }
    }

    private void Work()
    {
        var answer = new FrameWriter();
        while (true)
        {
            var (id, body) = Take();
            if (!_server.Serve(body, answer.Begin(FrameType.Return, id)))
            {
                _fault("a call that is none");
            }

            CryptographicOperations.ZeroMemory(body);
            _ = _channel.TrySend(answer);
            answer.Clear();
        }
    }

    private (uint Id, byte[] Body) Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                _idle++;
                Monitor.Wait(_gate);
                _idle--;
            }

            return _waiting.Dequeue();
        }
    }
}
