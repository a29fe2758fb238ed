namespace Appliance.Server.Csc.Lanes;

/// <summary>
/// How many signatures a second come out while there is always more to do than the token can do at once: only then the
/// rate says what the token can, and not what callers ask for. It is forgotten as soon as that is over, so that no
/// estimate outlives the load that it is of. Used under its owner's lock.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class DrainRate(TimeProvider time)
{
    /// <summary>Weight of the newest interval.</summary>
    private const double Newest = 0.3;

    /// <summary>An interval ends when it has so many signatures, and not before the shortest.</summary>
    private const int Enough = 16;

    /// <summary>Signatures a second that stand for none at all: a token that hangs.</summary>
    private const double Standstill = 0.01;

    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    /// <summary>Before that the rate is of a beginning: caches are cold, and threads still to be woken.</summary>
    private static readonly TimeSpan s_trusted = TimeSpan.FromMilliseconds(250);

    private long _since;
    private long _began;
    private double _perSecond;
    private double _bulkPerSecond;
    private long _interactive;
    private long _bulk;
    private bool _isMeasuring;
    private bool _isTrusted;

    /// <summary>Signatures a second of both lanes; 0 while it is not known.</summary>
    public double PerSecond => _isTrusted ? _perSecond : 0;

    /// <summary>Those of the bulk lane.</summary>
    public double BulkPerSecond => _isTrusted ? _bulkPerSecond : 0;

    /// <summary>So many pieces of work are there now.</summary>
    /// <param name="pieces">At work or waiting.</param>
    /// <param name="capacity">Pieces that the token can work on at once.</param>
    public void Observe(int pieces, int capacity)
    {
        if (!_isMeasuring)
        {
            if (pieces >= 2 * capacity)
            {
                _isMeasuring = true;
                _began = time.GetTimestamp();
                Begin(_began);
            }
        }
        else if (pieces < capacity)
        {
            _isMeasuring = _isTrusted = false;
            _perSecond = _bulkPerSecond = 0;
        }
    }

    /// <summary>So many signatures were made, or turned out not to be wanted.</summary>
    public void Count(int signatures, bool isBulk)
    {
        if (isBulk)
        {
            _bulk += signatures;
        }
        else
        {
            _interactive += signatures;
        }
    }

    /// <summary>Brings the rates up to the present.</summary>
    public void Update()
    {
        if (!_isMeasuring)
        {
            return;
        }

        var now = time.GetTimestamp();
        var elapsed = time.GetElapsedTime(_since, now);
        if (elapsed < s_shortest || (_interactive + _bulk < Enough && elapsed < s_longest))
        {
            return;
        }

        _perSecond = Smooth(_perSecond, (_interactive + _bulk) / elapsed.TotalSeconds);
        _bulkPerSecond = Smooth(_bulkPerSecond, _bulk / elapsed.TotalSeconds);
        _isTrusted |= time.GetElapsedTime(_began, now) >= s_trusted;
        Begin(now);
    }

    private static double Smooth(double before, double newest)
        => Math.Max(Standstill, before == 0 ? newest : before + (Newest * (newest - before)));

    private void Begin(long now) => (_since, _interactive, _bulk) = (now, 0, 0);
}
