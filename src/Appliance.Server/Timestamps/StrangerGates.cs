using System.Net;
using Appliance.Identity;
using Appliance.Server.Hosting.Peers;

namespace Appliance.Server.Timestamps;

/// <summary>
/// How many time stamps a second each address may have without a token: a bucket for each of at most
/// <see cref="MostAddresses"/>, and one that all others share, so that strangers cannot fill memory. An IPv6 address
/// counts as its /64, which is what one subscriber has.
/// </summary>
/// <param name="perSecond">For each address, at least 1; as many at once after a rest.</param>
/// <param name="time">The clock.</param>
internal sealed class StrangerGates(int perSecond, TimeProvider time)
{
    public const int MostAddresses = 4_096;

    /// <summary>By then a bucket that nobody drew on is full: forgetting it gives nothing away.</summary>
    private static readonly TimeSpan s_full = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Entry> _entries = [];
    private readonly ClientGate _others = new(perSecond, perSecond, 0, time);
    private long _sweptAt = time.GetTimestamp();

    /// <summary>Addresses that have a bucket of their own now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The gate of an address; the shared one where it is not known.</summary>
    public ClientGate Of(IPAddress? address)
    {
        if (address is null)
        {
            return _others;
        }

        var key = PeerNetworks.Subscriber(address);
        var now = time.GetTimestamp();
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                if (_entries.Count >= MostAddresses && !Sweep(now))
                {
                    return _others;
                }

                entry = new Entry(new ClientGate(perSecond, perSecond, 0, time));
                _entries[key] = entry;
            }

            entry.SeenAt = now;
            return entry.Gate;
        }
    }

    /// <summary>Forgets who rests; at most once a second, for it looks at all of them.</summary>
    private bool Sweep(long now)
    {
        if (time.GetElapsedTime(_sweptAt, now) < s_full)
        {
            return false;
        }

        _sweptAt = now;
        foreach (var (address, entry) in _entries)
        {
            if (time.GetElapsedTime(entry.SeenAt, now) > s_full && entry.Gate.Inside == 0)
            {
                _entries.Remove(address);
            }
        }

        return _entries.Count < MostAddresses;
    }

    private sealed class Entry(ClientGate gate)
    {
        public ClientGate Gate => gate;

        public long SeenAt { get; set; }
    }
}
