namespace Appliance.Pkcs11.Hosting;

/// <summary>So many lines a second on the average, and a burst of them; the rest is counted. For one thread.</summary>
internal sealed class LineLimit
{
    private const double LinesPerSecond = 5;
    private const double Burst = 50;

    private readonly TimeProvider _time;
    private double _room = Burst;
    private long _last;
    private int _dropped;

    public LineLimit(TimeProvider time)
    {
        _time = time;
        _last = time.GetTimestamp();
    }

    /// <summary>Whether a line may pass, and how many did not since the last that did.</summary>
    public bool MayPass(out int dropped)
    {
        var now = _time.GetTimestamp();
        _room = Math.Min(Burst, _room + (_time.GetElapsedTime(_last, now).TotalSeconds * LinesPerSecond));
        _last = now;
        dropped = _dropped;
        if (_room < 1)
        {
            _dropped++;
            return false;
        }

        _room--;
        _dropped = 0;
        return true;
    }
}
