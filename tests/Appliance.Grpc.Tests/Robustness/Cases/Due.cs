using Appliance.Grpc.Tests.Robustness.Wire;

namespace Appliance.Grpc.Tests.Robustness.Cases;

/// <summary>
/// How a stream may end: an HTTP status other than 200, or 200 with one of some gRPC statuses, or (where the damage is
/// HTTP/2's) a reset.
/// </summary>
internal sealed record Due(int Http, int Codes, bool MayReset = false, bool AnyHttp = false)
{
    private const int Ok = 200;
    private const string MediaType = "application/grpc";

    /// <summary>Any status but UNKNOWN: no handler throws.</summary>
    public static Due Any { get; } = new(Ok, 0x1FFFF & ~(1 << (int)GrpcStatusCode.Unknown));

    /// <summary>What damaged messages may lead to: they can be whole, broken or too large.</summary>
    public static Due AnyOfMessages { get; } = Status(
        GrpcStatusCode.Ok, GrpcStatusCode.Internal, GrpcStatusCode.ResourceExhausted);

    /// <summary>Where HTTP/2 is damaged and Kestrel may mind or not: HTTP error, any status, or reset.</summary>
    public static Due Lenient { get; } = Any with { MayReset = true, AnyHttp = true };

    public static Due Status(params ReadOnlySpan<GrpcStatusCode> codes)
    {
        var mask = 0;
        foreach (var code in codes)
        {
            mask |= 1 << (int)code;
        }

        return new Due(Ok, mask);
    }

    public static Due NotGrpc(int http) => new(http, 0);

    public Due OrReset() => this with { MayReset = true };

    /// <summary>What is wrong with an answer that is over; null when it is as it must be.</summary>
    public string? Judge(Answer answer)
    {
        if (answer.Violation is not null)
        {
            return answer.Violation;
        }

        if (!answer.Ended)
        {
            return MayReset ? null : $"reset with {answer.ResetCode} before the answer's end";
        }

        // After the whole answer NO_ERROR asks for no more of the request (RFC 9113, section 8.1).
        if (answer.ResetCode is not (null or Http2.NoError) && !MayReset)
        {
            return $"reset with {answer.ResetCode} after the answer";
        }

        if (answer.Http != Ok)
        {
            return answer.Http != Http && !(AnyHttp && answer.Http is >= 400 and < 500) ? $"HTTP {answer.Http}"
                : Answer.Value(answer.Headers, "grpc-status") is not null ? $"HTTP {answer.Http} with a grpc-status"
                : null;
        }

        if (Answer.Value(answer.Headers, "content-type") != MediaType)
        {
            return $"content-type {Answer.Value(answer.Headers, "content-type")}";
        }

        return answer.Status is not { } status ? "not one grpc-status from 0 to 16"
            : (Codes & 1 << status) == 0
                ? $"grpc-status {status} {Answer.Value(answer.Trailers ?? answer.Headers, "grpc-message")}"
            : null;
    }
}
