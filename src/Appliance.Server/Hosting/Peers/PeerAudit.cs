using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Server.Hosting.Peers;

/// <summary>
/// Puts what was dropped into the audit trail: one record a minute for each address, with a count, for at most
/// <see cref="MostAddresses"/> addresses; all others share one record a minute. So strangers can fill neither memory
/// nor the store. An IPv6 address counts as its /64, which is what one subscriber has.
/// </summary>
internal sealed partial class PeerAudit : IAsyncDisposable
{
    public const int MostAddresses = 256;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(10);
    private static readonly PeerClaims[] s_claims =
        [.. Enum.GetValues<PeerClaims>().Where(claim => claim != PeerClaims.None)];

    private readonly CommitLoop _loop;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, PeerTally> _tallies = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ITimer _timer;
    private readonly Task _writing;

    public PeerAudit(CommitLoop loop, TimeProvider time, ILogger logger)
    {
        _loop = loop;
        _time = time;
        _logger = logger;
        _writing = WriteAsync();
        _timer = time.CreateTimer(
            static state => ((PeerAudit)state!)._wake.Writer.TryWrite(true), this, s_tick, s_tick);
    }

    /// <summary>Counts it; waits for nothing.</summary>
    public void Note(IPAddress? address, PeerClaims claims)
    {
        bool isNew;
        lock (_lock)
        {
            var tally = Find(PeerNetworks.Subscriber(address ?? IPAddress.None));
            isNew = tally is { RecordedAt: null, Count: 0 };
            tally.Claims |= claims;
            tally.Count = tally.Count == int.MaxValue ? int.MaxValue : tally.Count + 1;
        }

        if (isNew)
        {
            _wake.Writer.TryWrite(true);
        }
    }

    /// <summary>Records what is left, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        _wake.Writer.TryComplete();
        await _writing;
        await FlushAsync(isLast: true);
    }

    private PeerTally Find(IPAddress key)
    {
        if (_tallies.TryGetValue(key, out var tally))
        {
            return tally;
        }

        // The last place is everybody else's.
        if (_tallies.Count >= MostAddresses - 1 && !key.Equals(IPAddress.None))
        {
            return Find(IPAddress.None);
        }

        return _tallies[key] = new PeerTally();
    }

    private async Task WriteAsync()
    {
        await foreach (var _ in _wake.Reader.ReadAllAsync())
        {
            await FlushAsync(isLast: false);
        }
    }

    /// <summary>All that is due in one transaction. What could not be recorded stays counted.</summary>
    private async Task FlushAsync(bool isLast)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var due = TakeDue(now, isLast);
        if (due.Count == 0)
        {
            return;
        }

        try
        {
            await _loop.WriteAsync(
                connection =>
                {
                    foreach (var (address, claims, count) in due)
                    {
                        AuditTrail.Append(connection, Record(now, address, claims, count));
                    }

                    return true;
                },
                due.Count,
                CancellationToken.None);
            foreach (var (address, claims, count) in due)
            {
                Log.Dropped(_logger, Describe(address, claims), count);
            }
        }
        catch (Exception error) when (error is StoreException or LedgerOverloadedException or ObjectDisposedException)
        {
            Log.NotRecorded(_logger, due.Count, error.Message);
            PutBack(due);
        }
    }

    private List<(IPAddress Address, PeerClaims Claims, int Count)> TakeDue(long now, bool isLast)
    {
        var due = new List<(IPAddress, PeerClaims, int)>();
        var idle = new List<IPAddress>();
        lock (_lock)
        {
            foreach (var (address, tally) in _tallies)
            {
                // A clock that was set back must not hold records up for longer than the window.
                var isDue = isLast || tally.RecordedAt is not { } at
                    || Math.Abs(now - at) >= (long)s_window.TotalMilliseconds;
                if (isDue && tally.Count > 0)
                {
                    due.Add((address, tally.Claims, tally.Count));
                    (tally.Claims, tally.Count, tally.RecordedAt) = (PeerClaims.None, 0, now);
                }
                else if (isDue)
                {
                    idle.Add(address);
                }
            }

            foreach (var address in idle)
            {
                _tallies.Remove(address);
            }
        }

        return due;
    }

    private void PutBack(List<(IPAddress Address, PeerClaims Claims, int Count)> due)
    {
        lock (_lock)
        {
            foreach (var (address, claims, count) in due)
            {
                var tally = Find(address);
                tally.Claims |= claims;
                tally.Count = (int)Math.Min((long)tally.Count + count, int.MaxValue);
            }
        }
    }

    private static AuditRecord Record(long now, IPAddress address, PeerClaims claims, int count) => new()
    {
        At = now,
        Event = AuditEvent.PeerHeaderDropped,
        Outcome = AuditOutcome.Refused,
        Count = count,
        Detail = Describe(address, claims),
    };

    private static string Describe(IPAddress address, PeerClaims claims)
    {
        var names = string.Join(", ", s_claims.Where(claim => claims.HasFlag(claim)).Select(NameOf));
        if (address.Equals(IPAddress.None))
        {
            return names + " from other addresses";
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"{names} from {address}/64"
            : $"{names} from {address}";
    }

    private static string NameOf(PeerClaims claim) => claim switch
    {
        PeerClaims.Preface => "PROXY header",
        PeerClaims.Certificate => "Client-Cert",
        PeerClaims.Forwarded => "Forwarded",
        PeerClaims.ProxyPreface => "a proxy's malformed PROXY header",
        PeerClaims.NoPreface => "a proxy's missing PROXY header",
        _ => "a proxy's malformed headers",
    };

    private static partial class Log
    {
        [LoggerMessage(8600, LogLevel.Warning, "Dropped: {What}, {Count} times.")]
        public static partial void Dropped(ILogger logger, string what, int count);

        [LoggerMessage(8601, LogLevel.Warning, "{Count} records of dropped claims wait for the audit trail: {Error}")]
        public static partial void NotRecorded(ILogger logger, int count, string error);
    }
}
