namespace Appliance.Ledger.Commits;

/// <summary>
/// How much the tokens still have to do of what was granted, and how fast they do it: seen from the ledger alone, by
/// what was granted and what was settled. Used under its queue's lock.
/// </summary>
internal sealed class TokenBacklog
{
    /// <summary>The backlog must last this many times as long as the wait: the rate is only an estimate.</summary>
    private const double Safety = 2;

    /// <summary>
    /// With less outstanding the rate says what callers ask for, not what the tokens could do, and nobody waits.
    /// </summary>
    private const int Least = 8;

    /// <summary>Seconds: what a timed wait can keep to.</summary>
    private const double Shortest = 0.001;

    /// <summary>Weight of the newest interval in the rate.</summary>
    private const double Newest = 0.2;

    private long _outstanding;
    private long _settled;
    private long _since;
    private double _perSecond;

    public void CountGranted() => _outstanding++;

    public void CountSettled()
    {
        _outstanding--;
        _settled++;
    }

    /// <summary>How long a commit may wait without leaving a token idle; zero when that is not worth waiting.</summary>
    public TimeSpan Slack(TimeProvider time, TimeSpan most)
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_since, now).TotalSeconds;
        if (seconds > 0)
        {
            _perSecond += Newest * ((_settled / seconds) - _perSecond);
            (_settled, _since) = (0, now);
        }

        if (_outstanding < Least || _perSecond <= 0)
        {
            return TimeSpan.Zero;
        }

        var slack = Math.Min(_outstanding / _perSecond / Safety, most.TotalSeconds);
        return slack < Shortest ? TimeSpan.Zero : TimeSpan.FromSeconds(slack);
    }
}
