using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Pkcs11;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;
using Appliance.Pkcs11.Schemes;
using BenchmarkDotNet.Attributes;

namespace Appliance.Benchmarks;

/// <summary>
/// One signature, one caller: C_SignInit and C_Sign alone, then through a group inline, then through a worker. The
/// difference to the first row is what the data plane costs.
/// </summary>
public class SigningBenchmarks : IDisposable
{
    private readonly SemaphoreSlim _done = new(0);
    private readonly byte[] _hash = RandomNumberGenerator.GetBytes(32);
    private KeyReference _key = null!;
    private SignatureScheme _scheme = null!;
    private TokenSession _session = null!;
    private CULong _handle;
    private SlotGroup _inline = null!;
    private SlotGroup _workers = null!;
    private SignJob _job = null!;

    [Params(KeyAlgorithm.EcP256, KeyAlgorithm.Rsa2048)]
    public KeyAlgorithm Algorithm { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var token = SoftHsmToken.Shared.Token;
        _key = SoftHsmToken.Shared.Key(Algorithm);
        _scheme = new SignatureScheme(
            _key.IsRsa ? SignatureKind.RsaPkcs1 : SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
        _session = TokenSession.Open(token.Module, token.Info, readWrite: false);
        _handle = _session.FindKey(CKO.CKO_PRIVATE_KEY, _key);
        _inline = new SlotGroup([token], new SlotGroupOptions { Sessions = 1, Dispatch = SlotDispatch.Inline });
        _workers = new SlotGroup([token], new SlotGroupOptions { Sessions = 1, Dispatch = SlotDispatch.Workers });
        _job = new SignJob { Key = _key, Scheme = _scheme, Hashes = [_hash], Completed = _ => _done.Release() };
        Inline();
        Worker();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _inline.Dispose();
        _workers.Dispose();
        _session.Dispose();
        _done.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public byte[]? Raw()
    {
        var returnValue = HashSigner.Sign(
            _session.Api,
            _session.Handle,
            _handle,
            _scheme,
            _key.Shape,
            _hash,
            authenticate: null,
            job: null,
            out var signature,
            out _);
        return returnValue == CKR.CKR_OK ? signature : throw new InvalidOperationException(returnValue.ToString());
    }

    [Benchmark]
    public byte[]? Inline()
    {
        _inline.Sign(_job);
        _done.Wait();
        return Answer();
    }

    [Benchmark]
    public byte[]? Worker()
    {
        if (!_workers.TryEnqueue(_job))
        {
            throw new InvalidOperationException("The queue is full.");
        }

        _done.Wait();
        return Answer();
    }

    private byte[]? Answer()
        => _job.Outcome == SignOutcome.Signed
            ? _job.Signatures[0]
            : throw new InvalidOperationException(_job.Outcome.ToString());
}
