namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// Ends a child that hangs: from which nothing at all comes, or in which a call takes longer than it may. Never calls
/// it, never waits for it. It counts its own beats, so that a pause of this very process is not taken for one of the
/// child.
/// </summary>
internal sealed class HostWatchdog : IDisposable
{
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(200);

    private readonly ModuleHostOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private volatile HostChild? _child;
    private long _lastBeat;
    private int _grace;
    private int _inside;
    private TimeSpan _lastSilence;
    private int _silentBeats;

    public HostWatchdog(ModuleHostOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _lastBeat = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Beat(), state: null, s_beat, s_beat);
    }

    /// <summary>The child to look at from now on.</summary>
    public void Watch(HostChild? child)
    {
        _silentBeats = 0;
        _child = child;
    }

    public void Dispose() => _timer.Dispose();

    private void Beat()
    {
        if (Interlocked.Exchange(ref _inside, 1) != 0)
        {
            return;
        }

        try
        {
            // This process was held up itself: what has come in the meantime is read first.
            var since = _time.GetElapsedTime(_lastBeat);
            _lastBeat = _time.GetTimestamp();
            _grace = since > 10 * s_beat ? 10 : Math.Max(_grace - 1, 0);
            if (_child is { } child && !child.IsOver)
            {
                Look(child);
            }
        }
        finally
        {
            Volatile.Write(ref _inside, 0);
        }
    }

    private void Look(HostChild child)
    {
        var silence = child.Silence;
        _silentBeats = silence < _lastSilence || silence < s_beat ? 0 : _silentBeats + 1;
        _lastSilence = silence;
        if (_silentBeats * s_beat > _options.SilenceTimeout)
        {
            child.Break("nothing comes from it");
        }
        else if (_grace == 0 && child.FindOverdue() is { } what)
        {
            child.Break(what);
        }
    }
}
