using System.Diagnostics;
using Appliance.Crash.Tests.Clients;
using Appliance.Crash.Tests.Stores;
using Appliance.Crash.Tests.Witness;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Crash.Tests.Evidence;

/// <summary>
/// After each death of the server: what the witness saw and what the client got, held against each other and against
/// what stands in the store. Whether a hash was signed twice is told by the witness alone.
/// </summary>
internal sealed class Inquest(WitnessLedger witness, ClientLog log, StoreUnderTest store, Workload workload)
{
    /// <summary>A request younger than that may not have left the client.</summary>
    private static readonly TimeSpan s_underWay = TimeSpan.FromMilliseconds(0.5);

    /// <summary>The status when a signature may exist that nobody has (SigningStatus.OutcomeInDoubt).</summary>
    private const string InDoubt = "Aborted";

    private readonly Dictionary<string, RequestStory> _stories = new(StringComparer.Ordinal);
    private readonly HashSet<RequestStory> _lost = [];
    private readonly AuditLedger _audit = new();
    private readonly List<string> _faults = [];
    private List<RequestTrace> _leftOpen = [];

    public IReadOnlyCollection<RequestStory> Stories => _stories.Values;

    public AuditLedger Audit => _audit;

    /// <summary>Requests and hashes that the dead server left reserved.</summary>
    public (int Requests, int Hashes) LeftOpen => (_leftOpen.Count, _leftOpen.Sum(trace => trace.Count));

    /// <summary>What the latest look found wrong.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>The server was killed: what is wrong, and how far the requests in flight had come.</summary>
    /// <param name="killedAt">Stopwatch ticks.</param>
    /// <returns>The requests that got no answer, and those that got one in the round.</returns>
    public (IReadOnlyList<RequestStory> Lost, IReadOnlyList<RequestStory> Answered) Examine(long killedAt)
    {
        var touched = Look(out var rows);
        CheckRecovery();
        CheckReserved(rows);
        _leftOpen = [.. _audit.Open];
        var lost = touched.Where(story => story.Ended(Attempt.First) == LogKind.Lost && _lost.Add(story)).ToList();
        foreach (var story in lost.Where(story => story.SentAt < killedAt))
        {
            story.KilledIn = PhaseOf(story, killedAt);
        }

        return (lost, [.. touched.Where(story => story.Ended(Attempt.First) == LogKind.Signed)]);
    }

    /// <summary>The server has ended in good order: all is settled, and the states agree with the witness.</summary>
    public void Conclude()
    {
        Look(out _);
        var rows = store.Read(_audit.Last, [.. _audit.Activations.Values]);
        CheckRecovery();
        CheckReserved(rows);
        _leftOpen = [.. _audit.Open];
        _faults.AddRange(_leftOpen.Select(trace => $"request {trace.RequestId} is still open"));
        foreach (var story in _stories.Values)
        {
            CheckStates(story, rows.States[_audit.Activations[story.Item.Signer.Credential]]);
        }

        foreach (var same in _stories.Values.GroupBy(story => story.Item.Digest, StringComparer.Ordinal))
        {
            var made = witness.Of(same.First().Item.Names.First()).Count(signature => signature.Made);
            var operations = same.Sum(story => story.Operations);
            if (operations > made)
            {
                Fault(same.First(), $"was answered {operations} times, and {made} signatures were made");
            }
        }
    }

    private List<RequestStory> Look(out StoreRows rows)
    {
        _faults.Clear();
        var touched = new HashSet<RequestStory>();
        foreach (var line in log.ReadNew())
        {
            if (!_stories.TryGetValue(line.Item, out var story))
            {
                _stories.Add(line.Item, story = new RequestStory(workload.Find(line.Item)));
            }

            story.Lines.Add(line);
            touched.Add(story);
        }

        witness.Read();
        rows = store.Read(_audit.Last, []);
        _faults.AddRange(_audit.Add(rows));
        foreach (var story in touched)
        {
            Check(story);
        }

        return [.. touched];
    }

    private void Check(RequestStory story)
    {
        var item = story.Item;
        var intents = _audit.Of(item.Digest).Count(trace => trace.Counts);
        foreach (var (hash, places) in item.Names.Zip(item.Ordinals))
        {
            var signatures = witness.Of(hash);
            if (signatures.Count > places.Length)
            {
                Fault(story, $"{hash} was signed {signatures.Count} times and authorised {places.Length} times");
            }

            if (signatures.Count > intents)
            {
                Fault(story, $"{hash} was signed {signatures.Count} times on the evidence of {intents} reservations");
            }
        }

        if (story.Operations > intents)
        {
            Fault(story, $"was answered, and the audit trail has {intents} intents");
        }

        if (story.Operations > 1 && item.IsAlone)
        {
            Fault(story, "was signed, and then once more as a new request");
        }

        if (story.Signed.Select(line => line.Text).Distinct(StringComparer.Ordinal).Skip(1).Any())
        {
            Fault(story, "was delivered again with other signatures");
        }

        if (item.IsAlone && story.AskedAgain)
        {
            CheckAgain(story);
        }

        if (item.IsAlone && story.SignedPlain.Any() && story.KilledIn is not (null or Phase.BeforeReservation))
        {
            Fault(story, $"was killed in {story.KilledIn} and then signed as a new request");
        }

        foreach (var line in story.Signed.Concat(story.SignedPlain))
        {
            CheckSignatures(story, [.. line.Signatures]);
        }
    }

    /// <summary>
    /// What was asked for again by its request id: nothing of it was done before, so it is now; or all of it was, so it
    /// is delivered; or nobody can know, which the server says.
    /// </summary>
    private void CheckAgain(RequestStory story)
    {
        var last = story.Lines.FindLast(line => line.Attempt == Attempt.Again && line.Kind != LogKind.Sent)!;
        var inDoubt = last.Kind == LogKind.Refused && last.Text.Contains(InDoubt, StringComparison.Ordinal);
        var traces = _audit.Of(story.Item.Digest);
        var outcomes = traces.Select(trace => trace.Outcome).ToList();
        var signed = last.Kind == LogKind.Signed;
        var due = !outcomes.Contains(AuditEvent.SignHashSpent)
            ? signed
            : inDoubt || (signed && traces.Any(trace => trace.IsLate));
        if (!due)
        {
            Fault(
                story,
                $"was asked for again: {last.Kind} {last.Text}; its outcomes are {string.Join(", ", outcomes)}, "
                + $"it was killed in {story.KilledIn?.ToString() ?? "no phase"}");
        }
    }

    private void CheckSignatures(RequestStory story, List<byte[]> signatures)
    {
        var item = story.Item;
        if (signatures.Count != item.Hashes.Count)
        {
            Fault(story, $"has {signatures.Count} signatures for {item.Hashes.Count} hashes");
            return;
        }

        foreach (var ((hash, name), signature) in item.Hashes.Zip(item.Names).Zip(signatures))
        {
            if (!item.Signer.Verifies(hash, signature))
            {
                Fault(story, $"has a signature over {name} that does not verify");
            }

            if (!witness.Of(name).Any(made => made.Made && item.Signer.IsSame(signature, made.Bytes)))
            {
                Fault(story, $"has a signature over {name} that the witness did not see being made");
            }
        }
    }

    /// <summary>What the server before the last left reserved, the last one must have spent and told.</summary>
    private void CheckRecovery()
    {
        _faults.AddRange(_leftOpen.Where(trace => trace.Outcome != AuditEvent.SignHashSpent)
            .Select(trace => $"request {trace.RequestId} was left reserved, is {trace.Outcome?.ToString() ?? "open"}"));
        var (requests, hashes) = LeftOpen;
        if (requests > 0 && (_audit.Recoveries.Count == 0 || _audit.Recoveries[^1].Count != hashes))
        {
            _faults.Add($"the audit trail's last recovery does not tell of {hashes} hashes of {requests} requests");
        }
    }

    /// <summary>A reservation lasts as long as its request is open in the audit trail.</summary>
    private void CheckReserved(StoreRows rows)
    {
        var open = _audit.Open.Select(trace => trace.RequestId).ToHashSet();
        var reserved = rows.Reserved.Select(row => row.RequestId).ToHashSet();
        if (!open.SetEquals(reserved))
        {
            _faults.Add($"{open.Count} requests are open in the audit trail, {reserved.Count} have reservations");
        }
    }

    /// <summary>As many occurrences are used up as reservations were not released, and no fewer than signed.</summary>
    private void CheckStates(RequestStory story, OccurrenceState[] states)
    {
        var used = _audit.Of(story.Item.Digest).Count(trace => trace.Counts);
        foreach (var (hash, places) in story.Item.Names.Zip(story.Item.Ordinals))
        {
            var gone = places.Count(place => states[place] != OccurrenceState.Authorised);
            var signed = witness.Of(hash).Count;
            if (gone != used || gone < signed || gone < story.Operations)
            {
                Fault(story, $"{hash}: {gone} occurrences are used up, {used} were reserved, {signed} signed");
            }
        }
    }

    private Phase? PhaseOf(RequestStory story, long killedAt)
    {
        // Of requests with the same hash nobody can tell from outside which reservation is whose.
        if (!story.Item.IsAlone)
        {
            return null;
        }

        if (_audit.Of(story.Item.Digest) is not [var trace])
        {
            return Stopwatch.GetElapsedTime(story.SentAt, killedAt) >= s_underWay ? Phase.BeforeReservation : null;
        }

        if (trace.Outcome is not null)
        {
            return Phase.AfterOutcome;
        }

        var signatures = story.Item.Names.Select(witness.Of).ToList();
        return signatures.TrueForAll(list => list.Count == 0)
            ? Phase.BeforeSign
            : signatures.TrueForAll(list => list.Any(signature => signature.Made))
                ? Phase.BeforeOutcome
                : Phase.InSign;
    }

    private void Fault(RequestStory story, string what) => _faults.Add($"{story.Item.Id} {what}");
}
