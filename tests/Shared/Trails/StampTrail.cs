using System.Globalization;
using System.Text.RegularExpressions;
using Appliance.Ledger;

namespace Appliance.Tests.Shared.Trails;

/// <summary>The time stamps of an audit trail, read from its records' text as an auditor would.</summary>
internal sealed partial class StampTrail
{
    private readonly Dictionary<string, TrailedStamp> _bySerial = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, TrailedStamp> _byRequest = [];

    public IReadOnlyDictionary<string, TrailedStamp> Stamps => _bySerial;

    /// <summary>Takes records in; what is wrong with them.</summary>
    public IEnumerable<string> Add(IReadOnlyList<AuditEntry> records)
    {
        // Where several nodes write, the trail is read by time: what comes first of one moment is chance.
        var intents = records.Where(entry => entry.Record.Event == AuditEvent.TimestampIntent);
        var outcomes = records.Where(
            entry => entry.Record.Event is AuditEvent.TimestampIssued or AuditEvent.TimestampFailed);
        return [.. intents.Select(AddIntent).Concat(outcomes.Select(AddOutcome)).OfType<string>()];
    }

    [GeneratedRegex(
        "^unit (?<unit>[a-z0-9-]+) serial (?<serial>[0-9A-F]{40}) policy (?<policy>[0-9.]+) hash (?<hash>SHA[0-9-]+)$",
        RegexOptions.ExplicitCapture,
        1_000)]
    private static partial Regex IntentText();

    [GeneratedRegex(
        @"^serial (?<serial>[0-9A-F]{40}) time (?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)$",
        RegexOptions.ExplicitCapture,
        1_000)]
    private static partial Regex IssuedText();

    private string? AddIntent(AuditEntry entry)
    {
        var record = entry.Record;
        var text = IntentText().Match(record.Detail ?? "");
        if (!text.Success || record.RequestId is not { } request || record.Digest.IsEmpty)
        {
            return $"an intent says: {record.Detail}";
        }

        var stamp = new TrailedStamp(
            text.Groups["unit"].Value,
            text.Groups["serial"].Value,
            text.Groups["policy"].Value,
            text.Groups["hash"].Value,
            Convert.ToHexString(record.Digest.Span),
            entry);
        return _bySerial.TryAdd(stamp.Serial, stamp) && _byRequest.TryAdd(request, stamp)
            ? null
            : $"serial number {stamp.Serial} or request {request} has two intents";
    }

    private string? AddOutcome(AuditEntry entry)
    {
        var record = entry.Record;
        if (record.RequestId is not { } request || !_byRequest.TryGetValue(request, out var stamp))
        {
            return $"request {record.RequestId} has {record.Event} and no intent";
        }

        if (stamp.Issued is not null || stamp.Failed is not null)
        {
            return $"request {request} ended twice";
        }

        if (Convert.ToHexString(record.Digest.Span) != stamp.Imprint)
        {
            return $"request {request} ended with another imprint";
        }

        if (record.Event == AuditEvent.TimestampFailed)
        {
            stamp.Failed = entry;
            return null;
        }

        var text = IssuedText().Match(record.Detail ?? "");
        if (!text.Success || text.Groups["serial"].Value != stamp.Serial)
        {
            return $"request {request} was issued and says: {record.Detail}";
        }

        stamp.Issued = entry;
        stamp.Time = DateTimeOffset.ParseExact(
            text.Groups["time"].Value,
            "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal);
        return null;
    }
}
