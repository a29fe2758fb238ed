using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Pkcs11;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Modules;

namespace Appliance.Load.Ratio;

/// <summary>
/// What the token itself can do: C_SignInit and C_Sign in a loop, a session a thread, over the same keys that the
/// appliance signs with, and nothing around them.
/// </summary>
internal sealed unsafe class RawSigner(Token token, string algorithm) : IDisposable
{
    private const int MaxThreads = 8;

    /// <summary>DigestInfo of SHA-256 (RFC 8017 section 9.2, note 1).</summary>
    private static ReadOnlySpan<byte> DigestInfoPrefix =>
    [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
        0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
    ];

    private readonly bool _rsa = algorithm.StartsWith("RSA", StringComparison.Ordinal);
    private readonly TokenSession[] _sessions =
    [
        .. Enumerable.Range(0, MaxThreads)
            .Select(_ => TokenSession.Open(token.Module, token.Info, readWrite: false)),
    ];
    private CULong[] _keys = [];

    /// <summary>The number of threads that Calibrate found best.</summary>
    public int Threads { get; private set; } = 2;

    /// <summary>Tries 1, 2, 4 and 8 threads.</summary>
    public void Calibrate(IReadOnlyList<TokenKey> keys)
    {
        _keys = [.. keys.Select(key => _sessions[0].FindKeys((uint)TokenKeyClass.Private, key.Id, key.Label, 2)[0])];
        var best = 0.0;

        // Twice over, so that what else the machine does for a moment decides nothing.
        foreach (var threads in (ReadOnlySpan<int>)[1, 2, 4, 8, 8, 4, 2, 1])
        {
            var rate = Measure(threads, TimeSpan.FromSeconds(0.5));
            if (rate > best)
            {
                (best, Threads) = (rate, threads);
            }
        }
    }

    /// <summary>Signatures a second.</summary>
    public double Measure(TimeSpan duration) => Measure(Threads, duration);

    /// <summary>Microseconds of one signature with nothing beside it: the median of a second.</summary>
    public double MeasureLone()
    {
        var elapsed = new List<double>(1 << 16);
        Sign(_sessions[0], 0, Stopwatch.GetTimestamp(), TimeSpan.FromSeconds(1), elapsed);
        return elapsed.Order().ElementAt(elapsed.Count / 2);
    }

    public void Dispose()
    {
        foreach (var session in _sessions)
        {
            session.Dispose();
        }
    }

    private double Measure(int threads, TimeSpan duration)
    {
        var counts = new long[threads];
        var start = Stopwatch.GetTimestamp();
        var workers = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            var index = i;
            workers[i] = new Thread(() => counts[index] = Sign(_sessions[index], index, start, duration));
            workers[i].Start();
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private long Sign(
        TokenSession session, int offset, long start, TimeSpan duration, List<double>? elapsed = null)
    {
        var input = stackalloc byte[64];
        var output = stackalloc byte[512];
        var prefix = _rsa ? DigestInfoPrefix.Length : 0;
        if (_rsa)
        {
            DigestInfoPrefix.CopyTo(new Span<byte>(input, prefix));
        }

        var hash = new Span<byte>(input + prefix, 32);
        RandomNumberGenerator.Fill(hash);
        CK_MECHANISM mechanism = default;
        mechanism.mechanism = new CULong((nuint)(_rsa ? CKM.CKM_RSA_PKCS : CKM.CKM_ECDSA));
        long count = 0;
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            MemoryMarshal.Write(hash, count);
            var length = new CULong(512);
            var key = _keys[(int)((count + offset) % _keys.Length)];
            var began = Stopwatch.GetTimestamp();
            Check(token.Api.C_SignInit(session.Handle, &mechanism, key));
            Check(token.Api.C_Sign(session.Handle, input, new CULong((nuint)(prefix + 32)), output, &length));
            elapsed?.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            count++;
        }

        return count;
    }

    private static void Check(CKR returnValue)
    {
        if (returnValue != CKR.CKR_OK)
        {
            throw new InvalidOperationException($"The raw loop got {returnValue}.");
        }
    }
}
