using System.Security.Cryptography;
using Appliance.Factors;
using Appliance.Signing.Sad;
using BenchmarkDotNet.Attributes;

namespace Appliance.Benchmarks;

/// <summary>What an activation costs in memory alone: checking a SAD, issuing one, computing a TOTP code.</summary>
public class ActivationBenchmarks
{
    private readonly SadCodec _codec = new(RandomNumberGenerator.GetBytes(32));
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(20);
    private SadEnvelope _envelope;
    private string _sad = "";
    private string _forged = "";

    [GlobalSetup]
    public void SetUp()
    {
        var id = Guid.CreateVersion7();
        _envelope = new SadEnvelope(id, id, id, Guid.Empty, 2, 1, long.MaxValue);
        _sad = _codec.Encode(_envelope);
        _forged = new SadCodec(RandomNumberGenerator.GetBytes(32)).Encode(_envelope);
    }

    [Benchmark]
    public bool CheckSad() => _codec.TryDecode(_sad, out _);

    [Benchmark]
    public bool RefuseForgedSad() => _codec.TryDecode(_forged, out _);

    [Benchmark]
    public string IssueSad() => _codec.Encode(_envelope);

    [Benchmark]
    public string TotpCode() => Totp.Code(TotpAlgorithm.Sha1, _secret, step: 59_800_000);
}
