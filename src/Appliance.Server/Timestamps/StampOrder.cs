using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>One of many time stamps that a call or a stream asks for.</summary>
/// <param name="Manner">Of which unit, and for whom.</param>
/// <param name="Request">DER of a TimeStampReq; empty when there can be none.</param>
/// <param name="Failure">Why there can be none; None where the unit is to decide.</param>
internal readonly record struct StampOrder(
    StampManner Manner, ReadOnlyMemory<byte> Request, TimestampFailure Failure = TimestampFailure.None);
