namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// How many calls a slot is given at once. It looks for the knee: the fewest calls at once that have all the throughput
/// there is. Only while work waits all the time does it learn anything. It compares three intervals (as many calls as
/// now, some more or fewer, as many as now), and moves when fewer cost nothing, or when more bring most of what they
/// would bring a slot that is not at its limit yet; when the outer two differ, the slot itself has changed, and nothing
/// is concluded. What a signature takes is not looked at: a slot that gets slower is not for that reason too busy.
/// Used under its queue's lock.
/// </summary>
internal sealed class ConcurrencyLimit
{
    /// <summary>An interval must have so many signatures for each call at once, and be so long.</summary>
    private const int Enough = 8;
    private const double ShortestSeconds = 0.05;

    /// <summary>Fewer calls may lose this part of what they would lose below the knee.</summary>
    private const double LossAllowed = 0.4;

    /// <summary>More calls must win this part of what they would win below the knee.</summary>
    private const double GainWanted = 0.6;

    /// <summary>The outer intervals may differ by this much.</summary>
    private const double Steady = 0.1;

    /// <summary>Coarse steps are a quarter, fine ones a tenth; never less than one.</summary>
    private const int Coarse = 4;
    private const int Fine = 10;

    /// <summary>Seconds between two looks around once nothing was better.</summary>
    private const double Pause = 0.5;
    private const double LongestPause = 2;

    private readonly int _most;
    private readonly TimeProvider _time;
    private int _settled;
    private int _trial;
    private int _skip;
    private int _phase;
    private int _direction;
    private int _divisor = Coarse;
    private int _misses;
    private double _first;
    private double _second;
    private double _pause;
    private long _since;
    private long _signatures;

    /// <param name="most">Sessions.</param>
    /// <param name="time">The clock.</param>
    public ConcurrencyLimit(int most, TimeProvider time)
    {
        _most = most;
        _time = time;
        Value = _settled = most;
        _direction = -1;
        Begin();
    }

    /// <summary>Calls at once, at least 1.</summary>
    public int Value { get; private set; }

    /// <summary>A worker came back.</summary>
    /// <param name="signatures">What it made.</param>
    /// <param name="busy">Workers that were at work until then, it included.</param>
    /// <param name="isSaturated">Whether work waits.</param>
    public void Observe(int signatures, int busy, bool isSaturated)
    {
        // While there is less to do than may be done, or more is done than is meant to be, the rate says nothing.
        if (!isSaturated || busy != Value)
        {
            if (!isSaturated)
            {
                Abandon();
            }

            Begin();
            return;
        }

        // Those that were begun before the number of calls changed.
        if (_skip > 0)
        {
            _skip--;
            _since = _time.GetTimestamp();
            return;
        }

        _signatures += signatures;
        var seconds = _time.GetElapsedTime(_since).TotalSeconds;
        if (_signatures >= Enough * (long)Value && seconds >= ShortestSeconds)
        {
            End(_signatures / seconds, seconds);
        }
    }

    private void End(double rate, double seconds)
    {
        if (_pause > 0)
        {
            _pause -= seconds;
            Begin();
            return;
        }

        switch (_phase)
        {
            case 0:
                _first = rate;
                _trial = Math.Clamp(_settled + (_direction * Math.Max(1, _settled / _divisor)), 1, _most);
                if (_trial == _settled)
                {
                    Miss();
                }
                else
                {
                    Go(_trial, 1);
                }

                break;
            case 1:
                _second = rate;
                Go(_settled, 2);
                break;
            default:
                Decide((_first + rate) / 2, Math.Abs(_first - rate) > Steady * Math.Max(_first, rate));
                break;
        }
    }

    private void Decide(double settled, bool hasChanged)
    {
        if (hasChanged)
        {
            Go(_settled, 0);
            return;
        }

        var change = (_second - settled) / settled;
        var expected = (double)(_trial - _settled) / _settled;
        var isBetter = expected > 0 ? change >= GainWanted * expected : change >= LossAllowed * expected;
        if (!isBetter)
        {
            Miss();
            return;
        }

        _settled = _trial;
        _misses = 0;
        Go(_settled, 0);
    }

    /// <summary>Down and up in coarse steps, then in fine ones, then a pause that grows.</summary>
    private void Miss()
    {
        _misses++;
        _direction = -_direction;
        if (_misses % 2 == 0)
        {
            _divisor = _divisor == Coarse ? Fine : Coarse;
        }

        if (_misses % 4 == 0)
        {
            _pause = Math.Min(LongestPause, Pause * _misses / 4);
        }

        Go(_settled, 0);
    }

    private void Go(int value, int phase)
    {
        Value = value;
        _phase = phase;
        Begin();
    }

    /// <summary>The load went away in the middle of it.</summary>
    private void Abandon()
    {
        Value = _settled;
        _phase = 0;
    }

    private void Begin()
    {
        _signatures = 0;
        _skip = 2 * Value;
        _since = _time.GetTimestamp();
    }
}
