using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Pkcs11;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;
using Appliance.Pkcs11.Schemes;
using BenchmarkDotNet.Attributes;

namespace Appliance.Benchmarks;

/// <summary>
/// The same by several threads at once, as throughput: raw with a session per thread, inline with as many callers,
/// and a group with as many workers fed by one thread, as the commit loop feeds it.
/// </summary>
public class SigningThroughputBenchmarks : IDisposable
{
    public const int Signatures = 512;

    private readonly CountdownEvent _done = new(Signatures);
    private readonly byte[] _hash = RandomNumberGenerator.GetBytes(32);
    private TokenSession[] _sessions = [];
    private SignJob[] _jobs = [];
    private KeyReference _key = null!;
    private SignatureScheme _scheme = null!;
    private SlotGroup _inline = null!;
    private SlotGroup _workers = null!;
    private CULong _handle;

    [Params(KeyAlgorithm.EcP256, KeyAlgorithm.Rsa2048)]
    public KeyAlgorithm Algorithm { get; set; }

    [Params(1, 2, 4, 8)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var token = SoftHsmToken.Shared.Token;
        _key = SoftHsmToken.Shared.Key(Algorithm);
        _scheme = new SignatureScheme(
            _key.IsRsa ? SignatureKind.RsaPkcs1 : SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
        _sessions = [.. Enumerable.Range(0, Threads)
            .Select(_ => TokenSession.Open(token.Module, token.Info, readWrite: false))];
        _handle = _sessions[0].FindKey(CKO.CKO_PRIVATE_KEY, _key);
        var options = new SlotGroupOptions { Sessions = Threads };
        _inline = new SlotGroup([token], options with { Dispatch = SlotDispatch.Inline });
        _workers = new SlotGroup([token], options with { Dispatch = SlotDispatch.Workers });
        _jobs = [.. Enumerable.Range(0, Signatures).Select(_ => new SignJob
        {
            Key = _key,
            Scheme = _scheme,
            Hashes = [_hash],
            Completed = Count,
        })];
        Inline();
        Workers();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _inline.Dispose();
        _workers.Dispose();
        foreach (var session in _sessions)
        {
            session.Dispose();
        }

        _done.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Signatures)]
    public void Raw() => OnThreads(thread =>
    {
        for (var i = thread; i < Signatures; i += Threads)
        {
            var returnValue = HashSigner.Sign(
                _sessions[thread].Api,
                _sessions[thread].Handle,
                _handle,
                _scheme,
                _key.Shape,
                _hash,
                authenticate: null,
                job: null,
                out _,
                out _);
            Demand(returnValue == CKR.CKR_OK);
        }
    });

    [Benchmark(OperationsPerInvoke = Signatures)]
    public void Inline()
    {
        _done.Reset();
        OnThreads(thread =>
        {
            for (var i = thread; i < Signatures; i += Threads)
            {
                _inline.Sign(_jobs[i]);
            }
        });
    }

    [Benchmark(OperationsPerInvoke = Signatures)]
    public void Workers()
    {
        _done.Reset();
        for (var at = 0; at < Signatures;)
        {
            at += _workers.TryEnqueue(_jobs.AsSpan(at, Math.Min(16, Signatures - at)));
        }

        _done.Wait();
    }

    private static void Demand(bool good)
    {
        if (!good)
        {
            throw new InvalidOperationException("A signature failed.");
        }
    }

    private void Count(SignJob job)
    {
        Demand(job.Outcome == SignOutcome.Signed);
        _done.Signal();
    }

    private void OnThreads(Action<int> work)
    {
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() => work(number))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }
}
