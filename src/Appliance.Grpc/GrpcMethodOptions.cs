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
    /// Looks at the request's headers and gives the status to refuse with, or null. Asked only when the body is not
    /// there yet, before it is waited for and gathered: a stranger's request then takes no memory and no time. The
    /// handler asks again.
    /// </summary>
    public Func<HttpContext, GrpcStatus?>? Admit { get; init; }
}
