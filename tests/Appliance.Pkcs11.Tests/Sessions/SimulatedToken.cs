using Appliance.Pkcs11.Sessions;

namespace Appliance.Pkcs11.Tests.Sessions;

/// <summary>
/// A token that does so many calls at a time, in simulated time, under a load that always has more: what a limit makes
/// of it takes no time at all.
/// </summary>
internal sealed class SimulatedToken(ConcurrencyLimit limit, ManualTime time)
{
    private readonly PriorityQueue<int, long> _running = new();
    private int _calls;
    private uint _noise = 1;

    /// <summary>Calls that it works on at once; those beyond wait inside it.</summary>
    public int Parallel { get; set; } = 8;

    public TimeSpan Each { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>0 for none, 1 for times between nothing and twice the usual, some ten times as long.</summary>
    public double Noise { get; set; }

    /// <summary>False for callers that come one at a time.</summary>
    public bool IsSaturated { get; set; } = true;

    public long Signatures { get; private set; }

    /// <summary>The limit at each signature, of the last run.</summary>
    public List<int> Limits { get; } = [];

    public void Run(TimeSpan duration)
    {
        Limits.Clear();
        var end = time.GetTimestamp() + duration.Ticks;
        Fill();
        while (_running.TryPeek(out _, out var next) && next < end)
        {
            _running.Dequeue();
            time.Advance(TimeSpan.FromTicks(Math.Max(0, next - time.GetTimestamp())));
            Signatures++;
            Limits.Add(limit.Value);
            limit.Observe(1, _calls, IsSaturated);
            _calls--;
            Fill();
        }

        time.Advance(TimeSpan.FromTicks(Math.Max(0, end - time.GetTimestamp())));
    }

    private void Fill()
    {
        while (_calls < (IsSaturated ? limit.Value : 1))
        {
            _calls++;
        }

        while (_running.Count < Math.Min(_calls, Parallel))
        {
            _running.Enqueue(0, time.GetTimestamp() + (long)(Each.Ticks * Draw()));
        }
    }

    private double Draw()
    {
        _noise = unchecked((_noise * 1_664_525) + 1_013_904_223);
        var uniform = _noise / (double)uint.MaxValue;
        return 1 + (Noise * ((2 * uniform) - 1)) + (Noise > 0 && _noise % 200 == 0 ? 10 : 0);
    }
}
