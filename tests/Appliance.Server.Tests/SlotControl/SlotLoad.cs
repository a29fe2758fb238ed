using System.Collections.Concurrent;
using System.Runtime.Versioning;
using Appliance.Grpc.Client;
using Appliance.Server.Tests.Processes;

namespace Appliance.Server.Tests.SlotControl;

/// <summary>Signs one hash after the other, several at a time, and counts what comes back.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SlotLoad
{
    private const int Callers = 8;

    private readonly SlotServer _server;
    private readonly ConcurrentQueue<byte[]> _hashes;
    private readonly string _sad;
    private readonly Task _work;
    private volatile bool _ended;
    private int _answered;

    private SlotLoad(SlotServer server, byte[][] hashes, string sad)
    {
        _server = server;
        _sad = sad;
        _hashes = new ConcurrentQueue<byte[]>(hashes);
        _work = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => SignAsync()));
    }

    public static async Task<SlotLoad> StartAsync(SlotServer server)
    {
        var hashes = RemoteSigner.RandomHashes(10_000);
        return new SlotLoad(server, hashes, await server.AuthorizeAsync(hashes));
    }

    /// <summary>Signatures that came, each of which verified.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>What was refused: hash and why.</summary>
    public ConcurrentQueue<(byte[] Hash, GrpcStatusException Refusal)> Refused { get; } = [];

    /// <summary>Until so many more were signed.</summary>
    public async Task SignMoreAsync(int count)
    {
        var until = Answered + count;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (Answered < until)
        {
            Assert.False(_work.IsCompleted, "there is nothing left to sign");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Until so many were refused.</summary>
    public async Task BeRefusedAsync(int count)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (Refused.Count < count)
        {
            Assert.False(_work.IsCompleted, "there is nothing left to sign");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Returns when no call is in work any more.</summary>
    public async Task EndAsync()
    {
        _ended = true;
        await _work;
    }

    /// <summary>Once more what was refused, by the same SAD.</summary>
    public async Task RepeatAsync()
    {
        foreach (var (hash, _) in Refused)
        {
            await _server.SignAsync(_sad, hash);
            _answered++;
        }
    }

    private async Task SignAsync()
    {
        while (!_ended && _hashes.TryDequeue(out var hash))
        {
            try
            {
                await _server.SignAsync(_sad, hash);
                Interlocked.Increment(ref _answered);
            }
            catch (GrpcStatusException refusal)
            {
                Refused.Enqueue((hash, refusal));
            }
        }
    }
}
