using System.Collections.Concurrent;
using Appliance.Grpc;
using Appliance.Server.Csc;
using Google.Protobuf.WellKnownTypes;

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
    private static readonly ConcurrentDictionary<CscError, Google.Rpc.Status> s_messages = new();

    public static GrpcStatus StatusOf(CscError error) => s_statuses.GetOrAdd(error, static error => new GrpcStatus(
        error.GrpcCode,
        error.Description,
        new GrpcErrorInfo(
            error.Error,
            Domain,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["error_description"] = error.Description }),
        error.RetryAfter ?? (error.RetryAfterSeconds > 0 ? TimeSpan.FromSeconds(error.RetryAfterSeconds) : null)));

    /// <summary>The same as a message, for a stream that goes on. Shared: not to be changed.</summary>
    public static Google.Rpc.Status MessageOf(CscError error) => s_messages.GetOrAdd(error, static error =>
    {
        var status = StatusOf(error);
        var info = new Google.Rpc.ErrorInfo { Reason = status.Error!.Reason, Domain = status.Error.Domain };
        foreach (var (key, value) in status.Error.Metadata!)
        {
            info.Metadata.Add(key, value);
        }

        var message = new Google.Rpc.Status { Code = (int)status.Code, Message = status.Message };
        message.Details.Add(Any.Pack(info));
        if (status.RetryAfter is { } delay)
        {
            message.Details.Add(Any.Pack(new Google.Rpc.RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        }

        return message;
    });
}
