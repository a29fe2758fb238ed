using Appliance.Crash.Tests.Stores;
using Appliance.Ledger;

namespace Appliance.Crash.Tests.Evidence;

/// <summary>What the audit trail says, kept from one look at the store to the next.</summary>
internal sealed class AuditLedger
{
    /// <summary>A node that slept past its lease brings its signatures when it wakes; others have spent them.</summary>
    private const string TakenForDead = "signed by a run that others took for dead";

    private readonly Dictionary<Guid, RequestTrace> _byRequest = [];
    private readonly Dictionary<string, List<RequestTrace>> _byDigest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Guid> _activations = new(StringComparer.Ordinal);

    /// <summary>The last record taken in.</summary>
    public long Last { get; private set; }

    /// <summary>Requests without an outcome.</summary>
    public IReadOnlyCollection<RequestTrace> Open => [.. _byRequest.Values.Where(trace => trace.Outcome is null)];

    /// <summary>Requests that were signed after another node had spent them.</summary>
    public int Late => _byRequest.Values.Count(trace => trace.IsLate);

    /// <summary>The records of recoveries, oldest first.</summary>
    public List<AuditRecord> Recoveries { get; } = [];

    /// <summary>By credential, the one activation that its signer has.</summary>
    public IReadOnlyDictionary<string, Guid> Activations => _activations;

    public IReadOnlyList<RequestTrace> Of(string digest)
        => _byDigest.TryGetValue(digest, out var traces) ? traces : [];

    /// <summary>Takes in what is new; what does not fit together is told.</summary>
    public IEnumerable<string> Add(StoreRows rows)
    {
        foreach (var entry in rows.Audit)
        {
            Last = entry.Sequence;
            var record = entry.Record;
            switch (record.Event)
            {
                case AuditEvent.AuthorizeOk:
                    _activations[record.CredentialId!.Value.ToString("D")] = record.ActivationId!.Value;
                    break;
                case AuditEvent.LedgerRecovered:
                    Recoveries.Add(record);
                    break;
                case AuditEvent.SignHashIntent:
                    Begin(record);
                    break;
                case AuditEvent.SignHashDone or AuditEvent.SignHashReleased or AuditEvent.SignHashSpent
                    when End(record) is { } fault:
                    yield return fault;
                    break;
            }
        }
    }

    private void Begin(AuditRecord record)
    {
        var trace = new RequestTrace(
            record.RequestId!.Value,
            Convert.ToHexString(record.Digest.Span),
            record.Count,
            record.CredentialId!.Value,
            record.ActivationId!.Value);
        _byRequest.Add(trace.RequestId, trace);
        if (!_byDigest.TryGetValue(trace.Digest, out var traces))
        {
            _byDigest.Add(trace.Digest, traces = []);
        }

        traces.Add(trace);
    }

    private string? End(AuditRecord record)
    {
        if (!_byRequest.TryGetValue(record.RequestId!.Value, out var trace))
        {
            return $"request {record.RequestId} has the outcome {record.Event} and no intent";
        }

        // Where several nodes write, the trail is read by time: which of the two comes first is chance.
        var wasDone = trace.Outcome == AuditEvent.SignHashDone;
        var isDone = record.Event == AuditEvent.SignHashDone;
        if ((isDone && trace.Outcome == AuditEvent.SignHashSpent && IsOfTakenForDead(record))
            || (wasDone && trace.IsOfTakenForDead && record.Event == AuditEvent.SignHashSpent))
        {
            trace.Outcome = AuditEvent.SignHashSpent;
            trace.IsLate = true;
            return null;
        }

        if (trace.Outcome is { } before)
        {
            return $"request {record.RequestId} ended with {before} and then with {record.Event}";
        }

        trace.IsOfTakenForDead = isDone && IsOfTakenForDead(record);
        trace.Outcome = record.Event;
        return null;
    }

    private static bool IsOfTakenForDead(in AuditRecord record)
        => record.Detail?.StartsWith(TakenForDead, StringComparison.Ordinal) == true;
}
