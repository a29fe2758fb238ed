using System.Net;
using Appliance.Grpc;
using Appliance.Ledger;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Lanes;
using Appliance.Signing;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>
/// The one table from what the authority says to the errors of all wires. Where the time-stamp protocol itself is
/// spoken (POST /tsa), failures are told in a TimeStampResp instead.
/// </summary>
internal static class TimestampErrors
{
    private const int Minute = 60;

    /// <summary>Somebody without a token.</summary>
    public static readonly RetryHints TooFast = new(new CscError(
        HttpStatusCode.TooManyRequests, GrpcStatusCode.ResourceExhausted, "temporarily_unavailable",
        "More time stamps a second than anybody may have without a token; nothing was used up", 1));

    /// <summary>A client that does not say whose transaction it is.</summary>
    public static readonly CscError NamesNoCredential = CscErrors.Invalid(
        "The unit stamps only what belongs to a transaction: name its credential in credentialID");

    /// <summary>Decided where it would have been taken.</summary>
    public static readonly CscError NotAllowed = new(
        HttpStatusCode.Forbidden, GrpcStatusCode.PermissionDenied, "access_denied",
        "The client or the signer may have no time stamps; nothing was used up");

    public static readonly CscError NoTransaction = new(
        HttpStatusCode.Forbidden, GrpcStatusCode.FailedPrecondition, "access_denied",
        "The unit stamps only what belongs to a transaction, and no package of the signer's pays for this");

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

    /// <summary>Why there is no TimeStampResp; null when there is one.</summary>
    /// <param name="result">Of the service.</param>
    /// <param name="now">The time.</param>
    public static CscError? Of(in StampResult result, DateTimeOffset now) => result.Status switch
    {
        StampStatus.Answered => null,
        StampStatus.Overloaded => CscErrors.Busy,
        StampStatus.StoreUnavailable => CscErrors.StoreAway,
        _ => result.Refusal switch
        {
            TimestampRefusal.QuotaExceeded => QuotaExceeded(now),
            TimestampRefusal.PackageExhausted =>
                StatusTable.ErrorFor(SigningStatus.PackageExhausted, CscVersion.V2),
            TimestampRefusal.NoTransaction => NoTransaction,
            _ => NotAllowed,
        },
    };

    /// <summary>Why there is no token, where no TimeStampResp can say so.</summary>
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

    /// <summary>Good again at midnight, UTC: in whole minutes, for each error is remembered by its wire.</summary>
    private static CscError QuotaExceeded(DateTimeOffset now)
    {
        var left = (now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime).TotalSeconds;
        return new(
            HttpStatusCode.TooManyRequests, GrpcStatusCode.ResourceExhausted, "temporarily_unavailable",
            "The client has had as many time stamps today as it may; nothing was used up",
            (int)Math.Ceiling(left / Minute) * Minute);
    }
}
