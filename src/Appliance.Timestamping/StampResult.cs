using Appliance.Ledger;

namespace Appliance.Timestamping;

/// <summary>What became of a call for a time stamp.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Failure">Why the answer has no token; None when it has one.</param>
/// <param name="Response">DER of the TimeStampResp; empty unless answered.</param>
/// <param name="Refusal">Why it was refused; None unless it was.</param>
public readonly record struct StampResult(
    StampStatus Status, TimestampFailure Failure, ReadOnlyMemory<byte> Response, TimestampRefusal Refusal)
{
    /// <summary>True when there is a token.</summary>
    public bool IsGranted => Status == StampStatus.Answered && Failure == TimestampFailure.None;

    /// <summary>The TimeStampToken, DER of a CMS ContentInfo; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Token => IsGranted ? TimestampResponse.TokenOf(Response) : default;

    internal static StampResult Granted(byte[] response)
        => new(StampStatus.Answered, TimestampFailure.None, response, TimestampRefusal.None);

    internal static StampResult Failed(TimestampFailure failure)
        => new(StampStatus.Answered, failure, TimestampResponse.Refusal(failure), TimestampRefusal.None);

    internal static StampResult Refused(TimestampRefusal refusal)
        => new(StampStatus.Refused, default, default, refusal);

    internal static StampResult Of(StampStatus status) => new(status, default, default, default);
}
