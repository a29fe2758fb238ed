using Appliance.Server.Csc;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>What became of one of many time stamps.</summary>
/// <param name="Token">TimeStampToken, DER of a CMS ContentInfo; empty when there is none.</param>
/// <param name="Error">Why there is none; null when there is one.</param>
/// <param name="Failure">The same in the words of RFC 3161, where it has some.</param>
internal readonly record struct StampOutcome(
    ReadOnlyMemory<byte> Token, CscError? Error = null, TimestampFailure Failure = TimestampFailure.None)
{
    /// <param name="result">Of the service.</param>
    /// <param name="refusal">Why there is no TimeStampResp; null when there is one.</param>
    public static StampOutcome Of(in StampResult result, CscError? refusal)
        => (refusal ?? (result.IsGranted ? null : TimestampErrors.For(result.Failure))) is { } error
            ? new StampOutcome(default, error, result.Failure)
            : new StampOutcome(result.Token);

    public static StampOutcome Of(TimestampFailure failure)
        => new(default, TimestampErrors.For(failure), failure);
}
