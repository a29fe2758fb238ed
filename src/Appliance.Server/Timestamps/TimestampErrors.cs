using System.Net;
using Appliance.Grpc;
using Appliance.Ledger;
using Appliance.Server.Csc;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>
/// The one table from what the authority says to the errors of both wires. Where the time-stamp protocol itself is
/// spoken (POST /tsa), failures are told in a TimeStampResp instead.
/// </summary>
internal static class TimestampErrors
{
    /// <summary>While the clock is not trusted, nothing but time or an operator helps.</summary>
    private static readonly CscError s_noTime = new(
        HttpStatusCode.ServiceUnavailable, GrpcStatusCode.Unavailable, "temporarily_unavailable",
        "The time is not certain enough at the moment; nothing was used up", 10);

    private static readonly CscError s_badRequest = CscErrors.Invalid(
        TimestampResponse.TextOf(TimestampFailure.BadRequest));

    private static readonly CscError s_badDataFormat = CscErrors.Invalid(
        TimestampResponse.TextOf(TimestampFailure.BadDataFormat));

    private static readonly CscError s_extensions = CscErrors.Invalid(
        TimestampResponse.TextOf(TimestampFailure.UnacceptedExtension));

    private static readonly CscError s_algorithm = CscErrors.InvalidParameter("hashAlgorithmOID");
    private static readonly CscError s_policy = CscErrors.InvalidParameter("policy");

    private static readonly CscError s_quota = new(
        HttpStatusCode.TooManyRequests, GrpcStatusCode.ResourceExhausted, "temporarily_unavailable",
        "The client's quota of time stamps is used up for now", 3_600);

    private static readonly CscError s_noTransaction = new(
        HttpStatusCode.Forbidden, GrpcStatusCode.PermissionDenied, "access_denied",
        "This unit stamps what belongs to a transaction of the caller");

    /// <summary>Null when there is a token.</summary>
    public static CscError? For(in StampResult result) => result.Status switch
    {
        StampStatus.Answered => result.Failure == TimestampFailure.None ? null : For(result.Failure),
        StampStatus.Refused => For(result.Refusal),
        StampStatus.Overloaded => CscErrors.Busy,
        StampStatus.StoreUnavailable => CscErrors.StoreAway,
        _ => CscErrors.Internal,
    };

    public static CscError For(TimestampFailure failure) => failure switch
    {
        TimestampFailure.BadAlgorithm => s_algorithm,
        TimestampFailure.BadRequest => s_badRequest,
        TimestampFailure.BadDataFormat => s_badDataFormat,
        TimestampFailure.TimeNotAvailable => s_noTime,
        TimestampFailure.UnacceptedPolicy => s_policy,
        TimestampFailure.UnacceptedExtension => s_extensions,
        _ => CscErrors.Internal,
    };

    public static CscError For(TimestampRefusal refusal) => refusal switch
    {
        TimestampRefusal.QuotaExceeded => s_quota,
        TimestampRefusal.PackageExhausted => StatusTable.ErrorFor(
            Signing.SigningStatus.PackageExhausted, CscVersion.V2),
        TimestampRefusal.NoTransaction => s_noTransaction,
        _ => CscErrors.NotAllowed,
    };
}
