namespace Appliance.Grpc;

/// <summary>
/// Thrown by a handler to end its call with a status. For the seldom path; where refusals are frequent use
/// <see cref="GrpcCallContext.Fail"/>, which costs no exception.
/// </summary>
/// <param name="status">What the caller is told.</param>
public sealed class GrpcStatusException(GrpcStatus status) : Exception(status.Message)
{
    /// <summary>What the caller is told.</summary>
    public GrpcStatus Status { get; } = status;
}
