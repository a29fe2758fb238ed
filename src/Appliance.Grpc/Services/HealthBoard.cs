using System.Collections.Frozen;

namespace Appliance.Grpc.Services;

/// <summary>
/// The status of every service. A change replaces the snapshot and completes the old one's signal: a watcher that is
/// late finds the latest state and nothing in between, and there is nothing to queue.
/// </summary>
internal sealed class HealthBoard
{
    private readonly Lock _gate = new();
    private volatile HealthSnapshot _current = new(FrozenDictionary<string, HealthEntry>.Empty);

    public HealthSnapshot Current => _current;

    public void Set(string service, Func<bool> ask)
    {
        lock (_gate)
        {
            if (_current.Entries.Count >= GrpcHealth.MaxServices && !_current.Entries.ContainsKey(service))
            {
                throw new InvalidOperationException($"At most {GrpcHealth.MaxServices} services have a status.");
            }

            Publish(new Dictionary<string, HealthEntry>(_current.Entries, StringComparer.Ordinal)
            {
                [service] = new HealthEntry(ask, ask()),
            });
        }
    }

    /// <summary>The status at this moment, told to the watchers too when it has changed; null when not known.</summary>
    public bool? Check(string service)
    {
        if (!_current.Entries.TryGetValue(service, out var entry))
        {
            return null;
        }

        return entry.Ask() == entry.IsServing ? entry.IsServing : Refresh().Entries[service].IsServing;
    }

    /// <summary>Asks for each status; what comes back is exact at this moment.</summary>
    public HealthSnapshot Refresh()
    {
        // Asked inside the lock, so that what was asked later is told later; and asked again after it was told, because
        // a check meanwhile saw what was told before and had nothing to correct.
        lock (_gate)
        {
            while (_current.Entries.Values.Any(entry => entry.Ask() != entry.IsServing))
            {
                Publish(_current.Entries.ToDictionary(
                    pair => pair.Key,
                    pair => pair.Value with { IsServing = pair.Value.Ask() },
                    StringComparer.Ordinal));
            }

            return _current;
        }
    }

    private void Publish(Dictionary<string, HealthEntry> entries)
    {
        var old = _current;
        _current = new HealthSnapshot(entries.ToFrozenDictionary(StringComparer.Ordinal));
        old.Replace();
    }
}
