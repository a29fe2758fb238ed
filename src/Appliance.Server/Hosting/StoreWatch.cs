using Appliance.Storage;

namespace Appliance.Server.Hosting;

/// <summary>
/// Asks a store that nodes share for its time, once a second: whether it answers, and whether the clocks agree. A node
/// of which that is not true is not ready. Where the store is this process's own file there is nothing to ask.
/// </summary>
internal sealed partial class StoreWatch : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    /// <summary>A question that hangs is no answer; a server that is paused keeps its connections.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly Store _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer? _timer;
    private long _answeredAt;
    private string? _fault;
    private int _asking;

    public StoreWatch(Store store, TimeProvider time, ILogger logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
        _answeredAt = time.GetTimestamp();
        if (store.IsShared)
        {
            Ask();
            _timer = time.CreateTimer(static state => ((StoreWatch)state!).Ask(), this, s_period, s_period);
        }
    }

    /// <summary>Why this node should get no calls; null while all is well.</summary>
    public string? Obstacle
    {
        get
        {
            if (_timer is null)
            {
                return null;
            }

            return Volatile.Read(ref _fault)
                ?? (_time.GetElapsedTime(Volatile.Read(ref _answeredAt)) > s_patience ? "the store is away" : null);
        }
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>One question at a time: when one hangs, the next ticks are left out.</summary>
    private void Ask()
    {
        if (Interlocked.Exchange(ref _asking, 1) != 0)
        {
            return;
        }

        string? fault;
        try
        {
            var skew = StoreClock.ReadSkew(_store, _time) ?? TimeSpan.Zero;
            fault = StoreClock.IsOff(skew) ? "this clock and the store's disagree" : null;
            Volatile.Write(ref _answeredAt, _time.GetTimestamp());
            Note(fault, fault is null ? "" : $"the store's is {skew.TotalSeconds:F1} s ahead");
        }
        catch (Exception error) when (error is StoreException or ObjectDisposedException or OperationCanceledException)
        {
            // The last two at the end of this process, when the store is closed while it is asked.
            Note("the store is away", error.Message);
        }
        finally
        {
            Volatile.Write(ref _asking, 0);
        }
    }

    /// <summary>Tells the log when something changes, not each second.</summary>
    private void Note(string? fault, string detail)
    {
        var before = Interlocked.Exchange(ref _fault, fault);
        if (fault == before)
        {
            return;
        }

        if (fault is null)
        {
            Log.Ready(_logger, _store.Location);
        }
        else
        {
            Log.NotReady(_logger, _store.Location, fault, detail);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8020, LogLevel.Error, "Not ready: store {Location}: {Fault} ({Detail}).")]
        public static partial void NotReady(ILogger logger, string location, string fault, string detail);

        [LoggerMessage(8021, LogLevel.Information, "Store {Location} answers again, and the clocks agree.")]
        public static partial void Ready(ILogger logger, string location);
    }
}
