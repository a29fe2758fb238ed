using System.Security.Cryptography;

namespace Appliance.Pkcs11.Policy;

/// <summary>
/// Keeps C_OpenSession slow enough for the vendor: the profile's least time between two, and twice as long after each
/// that failed for being too fast, spread by chance, so that several processes do not go on in step. Each that succeeds
/// takes a step back.
/// </summary>
internal sealed class OpenPacer
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _pace;
    private long _last;
    private bool _any;
    private int _failures;

    public OpenPacer(TimeSpan pace, TimeProvider time)
    {
        _pace = pace;
        _time = time;
    }

    /// <summary>How often in a row it was too fast, less what has been made good.</summary>
    public int Failures
    {
        get
        {
            lock (_gate)
            {
                return _failures;
            }
        }
    }

    /// <summary>Takes the next place.</summary>
    /// <returns>How long to wait for it.</returns>
    public TimeSpan Next()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var interval = Interval();
            var wait = _any ? interval - _time.GetElapsedTime(_last, now) : TimeSpan.Zero;
            wait = wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
            _last = now + (long)Math.Round(wait.TotalSeconds * _time.TimestampFrequency);
            _any = true;
            return wait;
        }
    }

    /// <summary>Waits for the next place. The thread is the session's own, or that of whoever rents it.</summary>
    public void Wait()
    {
        var wait = Next();
        if (wait == TimeSpan.Zero)
        {
            return;
        }

        using var due = new ManualResetEventSlim();
        using var timer = _time.CreateTimer(
            static state => ((ManualResetEventSlim)state!).Set(), due, wait, Timeout.InfiniteTimeSpan);
        due.Wait();
    }

    /// <summary>It was too fast.</summary>
    public void Failed()
    {
        lock (_gate)
        {
            _failures++;
        }
    }

    public void Opened()
    {
        lock (_gate)
        {
            _failures = Math.Max(0, _failures - 1);
        }
    }

    private TimeSpan Interval()
    {
        if (_failures == 0)
        {
            return _pace;
        }

        var interval = _pace > s_first ? _pace : s_first;
        for (var i = 0; i < _failures && interval < s_most; i++)
        {
            interval *= 2;
        }

        interval = interval < s_most ? interval : s_most;
        return interval * (RandomNumberGenerator.GetInt32(80, 121) / 100.0);
    }
}
