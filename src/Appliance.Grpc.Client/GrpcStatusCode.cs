namespace Appliance.Grpc.Client;

/// <summary>The status codes of gRPC (grpc/doc/statuscodes.md); the numbers are those of <c>grpc-status</c>.</summary>
public enum GrpcStatusCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>Cancelled, usually by the caller.</summary>
    Cancelled = 1,

    /// <summary>A handler failed with an exception, or the other side sent no usable status.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call was done.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be made exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A limit or quota is reached.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that the call needs; a retry alone does not help.</summary>
    FailedPrecondition = 9,

    /// <summary>Lost a race; retry at a higher level.</summary>
    Aborted = 10,

    /// <summary>Past the valid range.</summary>
    OutOfRange = 11,

    /// <summary>The service, the method or the encoding is not known here.</summary>
    Unimplemented = 12,

    /// <summary>The wire protocol or an invariant is broken.</summary>
    Internal = 13,

    /// <summary>Cannot serve now; retry with backoff.</summary>
    Unavailable = 14,

    /// <summary>Data is lost for good.</summary>
    DataLoss = 15,

    /// <summary>The caller is not known: token missing, wrong or expired.</summary>
    Unauthenticated = 16,
}
