using Appliance.Crash.Tests.Clients;

namespace Appliance.Crash.Tests.Evidence;

/// <summary>What the client's log says about one request.</summary>
internal sealed class RequestStory(WorkItem item)
{
    public WorkItem Item => item;

    /// <summary>Every line, in the order of the log.</summary>
    public List<LogLine> Lines { get; } = [];

    /// <summary>How far it was when the server was killed under it; null when it was answered.</summary>
    public Phase? KilledIn { get; set; }

    /// <summary>Whether its request id was sent again and answered.</summary>
    public bool AskedAgain => Ended(Attempt.Again) is not null;

    /// <summary>When it was sent for the first time, in Stopwatch ticks.</summary>
    public long SentAt => Lines[0].At;

    /// <summary>Signatures by the first sending or by sending it again: of one operation, however often.</summary>
    public IEnumerable<LogLine> Signed
        => Lines.Where(line => line.Kind == LogKind.Signed && line.Attempt != Attempt.Plain);

    /// <summary>Signatures by the same hashes without the request id: of another operation.</summary>
    public IEnumerable<LogLine> SignedPlain
        => Lines.Where(line => line is { Kind: LogKind.Signed, Attempt: Attempt.Plain });

    /// <summary>How many operations gave the client signatures.</summary>
    public int Operations => (Signed.Any() ? 1 : 0) + SignedPlain.Count();

    public LogKind? Ended(Attempt attempt)
        => Lines.LastOrDefault(line => line.Attempt == attempt && line.Kind != LogKind.Sent)?.Kind;
}
