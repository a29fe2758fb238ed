using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Durability.Tests.Drills;

/// <summary>What a store holds of the ledger, and whether it agrees with itself.</summary>
internal sealed class StoreContent
{
    private const int PageSize = 10_000;

    /// <summary>More runs than any store here has seen.</summary>
    private const int MostIncarnations = 20;

    private readonly Dictionary<Guid, (int Total, int Remaining, ActivationTally Tally)> _activations = [];
    private readonly Dictionary<Guid, SignHashRecord> _requests = [];
    private readonly HashSet<Guid> _stamps = [];
    private readonly Dictionary<Guid, ReservationRow> _reservations;
    private readonly List<string> _findings = [];
    private long _lastAudit;

    /// <summary>Without those of the trail itself: each opening adds some.</summary>
    private long _records;

    private StoreContent(StoreConnection store, IEnumerable<Guid> activations)
    {
        foreach (var id in activations)
        {
            if (store.Activations.Find(id) is { } row)
            {
                _activations.Add(id, (row.Total, row.Remaining, store.Activations.Tally(id)));
            }
        }

        _reservations = Enumerable.Range(0, MostIncarnations)
            .SelectMany(incarnation => store.Reservations.List(incarnation, int.MaxValue))
            .ToDictionary(row => row.RequestId);
        ReadAudit(store);
    }

    public IReadOnlyCollection<ReservationRow> Reservations => _reservations.Values;

    public static StoreContent Read(Store store, IEnumerable<Guid> activations)
        => store.Read(connection => new StoreContent(connection, activations));

    /// <summary>Whether the promise was kept: nothing of what it speaks of is missing.</summary>
    public bool Keeps(Promise promise) => promise.Kind switch
    {
        "opened" => _activations.ContainsKey(promise.Id),
        "reserved" => _requests.TryGetValue(promise.Id, out var request) && request.Intents == 1,
        "settled" => OutcomesOf(promise.Id).Contains(
            promise.Words[1] switch
            {
                "Consumed" => "signhash.done",
                "Released" => "signhash.released",
                _ => "signhash.spent",
            },
            StringComparer.Ordinal),
        "stamped" => _stamps.Contains(promise.Id),
        _ => true,
    };

    public IReadOnlyList<string> OutcomesOf(Guid request)
        => _requests.TryGetValue(request, out var found) ? found.Outcomes : [];

    /// <summary>Everything in words, to compare.</summary>
    public IReadOnlyList<string> Describe() =>
    [
        $"audit records {_records}",
        .. _activations.Select(pair => pair.ToString()),
        .. _requests.Select(pair => $"{pair.Key} {string.Join(',', pair.Value.Outcomes)}"),
        .. _reservations.Keys.Select(id => $"reserved {id}"),
    ];

    /// <summary>What activations, reservations and audit trail say of each other, where it does not agree.</summary>
    public IReadOnlyList<string> FindContradictions()
    {
        var sums = _activations.Keys.ToDictionary(id => id, _ => new int[4]);
        foreach (var (id, request) in _requests)
        {
            var reserved = _reservations.ContainsKey(id);
            if (request.Intents != 1 || request.Outcomes.Count + (reserved ? 1 : 0) != 1)
            {
                _findings.Add(
                    $"request {id}: {request.Intents} intents, outcomes {string.Join(',', request.Outcomes)}, "
                    + $"reserved: {reserved}");
            }
            else if (!sums.TryGetValue(request.Activation, out var sum))
            {
                _findings.Add($"request {id} is of an activation that is not there");
            }
            else
            {
                sum[IndexOf(request)] += request.Hashes;
            }
        }

        foreach (var row in _reservations.Values)
        {
            if (!_requests.TryGetValue(row.RequestId, out var request) || request.Activation != row.ActivationId
                || request.Hashes != row.Ordinals.Count)
            {
                _findings.Add($"reservation {row.RequestId} has no intent of its own");
            }
        }

        foreach (var (id, (total, remaining, tally)) in _activations)
        {
            var (reserved, done, spent) = (sums[id][0], sums[id][1], sums[id][2]);
            if (tally != new ActivationTally(total - reserved - done - spent, reserved, done, spent)
                || remaining != total - reserved - done - spent)
            {
                _findings.Add(
                    $"activation {id}: {tally}, {remaining} of {total} remain; in the audit trail "
                    + $"{reserved} reserved, {done} done, {spent} spent");
            }
        }

        return _findings;
    }

    private static int IndexOf(SignHashRecord request) => request.Outcomes.FirstOrDefault() switch
    {
        null => 0,
        "signhash.done" => 1,
        "signhash.spent" => 2,
        _ => 3,
    };

    private void ReadAudit(StoreConnection store)
    {
        IReadOnlyList<AuditEntry> page;
        do
        {
            page = AuditTrail.Read(
                store,
                new AuditQuery { OldestFirst = true, After = _lastAudit, Limit = PageSize, Bookkeeping = true });
            foreach (var entry in page)
            {
                // No position is left out: a record that went missing from the middle would leave a gap.
                if (entry.Sequence != _lastAudit + 1 && entry.Position != 1)
                {
                    _findings.Add($"an audit record before {entry.Chain}:{entry.Position} is missing");
                }

                _lastAudit = entry.Sequence;
                _records += entry.EventName.StartsWith("audit.", StringComparison.Ordinal) ? 0 : 1;
                Add(entry);
            }
        }
        while (page.Count == PageSize);
    }

    private void Add(AuditEntry entry)
    {
        if (entry.Record.RequestId is not { } id)
        {
            return;
        }

        if (entry.Record.Event is AuditEvent.TimestampIntent or AuditEvent.TimestampIssued)
        {
            if (entry.Record.Event == AuditEvent.TimestampIntent != _stamps.Add(id))
            {
                _findings.Add($"time stamp {id} has two intents, or was issued without one");
            }

            return;
        }

        if (!_requests.TryGetValue(id, out var request))
        {
            _requests.Add(id, request = new SignHashRecord());
        }

        if (entry.Record.Event == AuditEvent.SignHashIntent)
        {
            request.Intents++;
            request.Activation = entry.Record.ActivationId ?? Guid.Empty;
            request.Hashes = entry.Record.Count;
        }
        else
        {
            request.Outcomes.Add(entry.EventName);
        }
    }
}
