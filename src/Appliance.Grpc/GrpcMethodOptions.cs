using Microsoft.AspNetCore.Http;

namespace Appliance.Grpc;

/// <summary>What one method does otherwise than its dispatcher's <see cref="GrpcServerOptions"/> say.</summary>
public sealed class GrpcMethodOptions
{
    /// <summary>
    /// Largest request message in bytes, where that is less than the dispatcher's limit; null: the dispatcher's.
    /// For methods that anybody may call.
    /// </summary>
    public int? MaxReceiveMessageSize { get; init; }

    /// <summary>
    /// Looks at the request's headers and gives the status to refuse with, or null. Asked before a body is waited for
    /// and gathered, so that a stranger's request takes no memory and no time; not asked when the one message is there
    /// already. The handler asks again.
    /// </summary>
    public Func<HttpContext, GrpcStatus?>? Admit { get; init; }

    /// <summary>
    /// Most calls of the method at a time; one more is refused at once. For streams, which live as long as
    /// their client likes. Null: no limit but the server's own.
    /// </summary>
    public int? MaxConcurrentCalls { get; init; }

    /// <summary>
    /// What one call more than <see cref="MaxConcurrentCalls"/> is told. Null: RESOURCE_EXHAUSTED without details.
    /// </summary>
    public GrpcStatus? TooManyCalls { get; init; }

    /// <summary>
    /// What a call is told that begins while the server is stopping. Null: UNAVAILABLE without details.
    /// </summary>
    public GrpcStatus? Stopping { get; init; }

    /// <summary>
    /// True: response messages are compressed with gzip where the client takes it; a handler may decide otherwise
    /// (<see cref="GrpcCallContext.CompressResponses"/>). Defaults to false: signatures do not compress, and secrets
    /// beside text of the caller's choice must not.
    /// </summary>
    public bool CompressResponses { get; init; }
}
