using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>What became of one file under one piece of evidence.</summary>
/// <param name="File">The document.</param>
/// <param name="Path">Where the evidence is; null when there is none.</param>
/// <param name="Kind">What it is; null when it is none.</param>
/// <param name="Result">Of the verification; null when it did not come to that.</param>
/// <param name="Text">In words.</param>
internal sealed record EvidenceFinding(
    string File, string? Path, EvidenceKind? Kind, TimestampVerification? Result, string Text)
{
    public bool IsValid => Result?.Verdict == TimestampVerdict.Valid;
}
