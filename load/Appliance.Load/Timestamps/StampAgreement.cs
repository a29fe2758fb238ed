using System.Text.Json;
using Appliance.Ledger;

namespace Appliance.Load.Timestamps;

/// <summary>What the audit trail says of time stamps, held against what clients got.</summary>
internal sealed class StampAgreement
{
    private readonly HashSet<Guid> _issued = [];
    private long _intents;
    private long _failed;

    public void Count(AuditRecord record)
    {
        switch (record.Event)
        {
            case AuditEvent.TimestampIntent:
                _intents++;
                break;
            case AuditEvent.TimestampIssued:
                _issued.Add(record.RequestId ?? Guid.Empty);
                break;
            case AuditEvent.TimestampFailed:
                _failed++;
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Every answer was issued, once, on an intent; none failed; what was issued beside them is no more than what wrk
    /// left in flight.
    /// </summary>
    public bool Holds(long answers, long abandoned)
        => answers > 0
            && _issued.Count >= answers
            && _issued.Count - answers <= abandoned
            && _intents == _issued.Count
            && _failed == 0;

    /// <summary>The counts agree and every sampled answer verifies.</summary>
    public bool Print(StampTallies tallies)
    {
        var verified = tallies.Samples.Count(static sample => sample.Verifies());
        var agree = Holds(tallies.Answers, tallies.Abandoned)
            && tallies.Samples.Count > 0
            && verified == tallies.Samples.Count;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            check = agree ? "agree" : "DISAGREE",
            answers = tallies.Answers,
            auditIntents = _intents,
            auditIssued = _issued.Count,
            auditFailed = _failed,
            leftInFlight = _issued.Count - tallies.Answers,
            leftInFlightAtMost = tallies.Abandoned,
            sampled = tallies.Samples.Count,
            verified,
        }));
        return agree;
    }
}
