using System.Net;
using Appliance.Grpc;

namespace Appliance.Server.Csc;

/// <summary>One refusal, wire-neutral: what REST writes as JSON and gRPC as a status with details.</summary>
/// <param name="HttpStatus">The HTTP status.</param>
/// <param name="GrpcCode">The gRPC code that says the same.</param>
/// <param name="Error">The CSC error code (CSC API 1.0.4.0 section 10, 2.0.0.2 section 10).</param>
/// <param name="Description">The error_description; literally the standard's text where it has one.</param>
/// <param name="RetryAfterSeconds">When a retry may help, the seconds to wait; otherwise 0.</param>
internal sealed record CscError(
    HttpStatusCode HttpStatus, GrpcStatusCode GrpcCode, string Error, string Description, int RetryAfterSeconds = 0)
{
    /// <summary>The WWW-Authenticate header that goes with a 401; null without one.</summary>
    public string? Challenge { get; init; }

    /// <summary>The same as RetryAfterSeconds, where a wire can tell it better than in whole seconds.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
