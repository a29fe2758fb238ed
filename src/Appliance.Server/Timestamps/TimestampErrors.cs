using System.Net;
using Appliance.Grpc;
using Appliance.Ledger;
using Appliance.Server.Csc;
using Appliance.Signing;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>The errors of calls for time stamps, one on all wires.</summary>
internal static class TimestampErrors
{
    private const int Minute = 60;

    /// <summary>Somebody without a token.</summary>
    public static readonly CscError TooFast = new(
        HttpStatusCode.TooManyRequests, GrpcStatusCode.ResourceExhausted, "temporarily_unavailable",
        "More time stamps a second than anybody may have without a token; nothing was used up", 1);

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
