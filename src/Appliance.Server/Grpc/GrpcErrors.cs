using System.Collections.Concurrent;
using Appliance.Grpc;
using Appliance.Server.Csc;

namespace Appliance.Server.Grpc;

/// <summary>
/// CSC errors as gRPC statuses: ErrorInfo with the CSC error as its reason, RetryInfo where a retry is worth while.
/// Encoded once each: version 2's texts are a fixed set.
/// </summary>
internal static class GrpcErrors
{
    /// <summary>The domain of ErrorInfo, as proto/csc/v2/service.proto promises.</summary>
    public const string Domain = "cloudsignatureconsortium.org";

    private static readonly ConcurrentDictionary<CscError, GrpcStatus> s_statuses = new();

    public static GrpcStatus StatusOf(CscError error) => s_statuses.GetOrAdd(error, static error => new GrpcStatus(
        error.GrpcCode,
        error.Description,
        new GrpcErrorInfo(
            error.Error,
            Domain,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["error_description"] = error.Description }),
        error.RetryAfterSeconds > 0 ? TimeSpan.FromSeconds(error.RetryAfterSeconds) : null));
}
