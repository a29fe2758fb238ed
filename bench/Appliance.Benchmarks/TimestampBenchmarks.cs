using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Timestamping;
using BenchmarkDotNet.Attributes;

namespace Appliance.Benchmarks;

/// <summary>
/// One time-stamp, one caller. Encode is everything but the signature: reading the request, the clock, TSTInfo, both
/// SHA-256, the response, its check (the signature is not sampled). Token is the same with the signature, inline on
/// SoftHSM2; Raw is that signature alone.
/// </summary>
public class TimestampBenchmarks : IDisposable
{
    /// <summary>The rarest sample that a unit can be set to.</summary>
    private const int VerifyOneIn = 1_000_000;

    private readonly byte[] _hash = RandomNumberGenerator.GetBytes(32);
    private byte[] _request = null!;
    private byte[] _signature = null!;
    private ClockWatch _watch = null!;
    private TimestampUnit _unit = null!;
    private SlotGroup _slots = null!;
    private SignJob _raw = null!;
    private Stamp _stamp = null!;
    private long _checked;

    [Params(KeyAlgorithm.EcP256, KeyAlgorithm.Rsa2048)]
    public KeyAlgorithm Algorithm { get; set; }

    [Params(true, false)]
    public bool Certificates { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var key = SoftHsmToken.Shared.Key(Algorithm);
        _watch = new ClockWatch(
            new ClockWatchOptions { AssertedUntil = TimeProvider.System.GetUtcNow().AddDays(1) });
        var options = new TimestampUnitOptions
        {
            Name = "bench",
            DefaultPolicy = "1.3.6.1.4.1.99999.1",
            VerifyOneIn = VerifyOneIn,
        };
        _unit = new TimestampUnit(options, key, [Issue(key.SubjectPublicKeyInfo.Span)], _watch);
        _watch.Start();
        _slots = new SlotGroup(
            [SoftHsmToken.Shared.Token], new SlotGroupOptions { Sessions = 1, Dispatch = SlotDispatch.Inline });
        _raw = new SignJob { Key = key, Scheme = _unit.Scheme, Hashes = [_hash] };
        _stamp = _unit.NewStamp();
        _request = TimestampRequest.Create(
            HashAlgorithmName.SHA256, _hash, nonce: RandomNumberGenerator.GetBytes(8), certificates: Certificates);
        Token();
        _signature = _stamp.Job.Signatures[0]!;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _slots.Dispose();
        _unit.Dispose();
        _watch.DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public SignOutcome Raw()
    {
        _slots.Sign(_raw);
        return _raw.Outcome;
    }

    [Benchmark]
    public byte[]? Token()
    {
        _stamp.Prepare(_request);
        _slots.Sign(_stamp.Job);
        _checked++;
        return Answer(_stamp.Complete(out var response), response);
    }

    [Benchmark]
    public byte[]? Encode()
    {
        if (_checked % VerifyOneIn == 0)
        {
            // The unit would verify this one, find the older signature wrong, and verify all from then on.
            return Token();
        }

        _stamp.Prepare(_request);
        _stamp.TryBegin();
        _checked++;
        return Answer(_stamp.Complete(_signature, out var response), response);
    }

    /// <summary>What the signing thread does before it signs.</summary>
    [Benchmark]
    public bool Begin() => _stamp.TryBegin();

    [Benchmark]
    public TimestampFailure Refuse() => _stamp.Prepare(_request.AsSpan(0, 40));

    private static byte[]? Answer(TimestampFailure failure, byte[]? response)
        => failure == TimestampFailure.None ? response : throw new InvalidOperationException(failure.ToString());

    private static X509Certificate2 Issue(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        using var issuer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            new X500DistinguishedName("CN=Benchmark, O=Time, C=SK"),
            PublicKey.CreateFromSubjectPublicKeyInfo(subjectPublicKeyInfo, out _),
            HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], critical: true));
        var now = TimeProvider.System.GetUtcNow();
        return request.Create(
            new X500DistinguishedName("CN=Root, O=Time, C=SK"),
            X509SignatureGenerator.CreateForECDsa(issuer),
            now.AddDays(-1),
            now.AddYears(1),
            RandomNumberGenerator.GetBytes(16));
    }
}
