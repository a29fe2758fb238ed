using Microsoft.AspNetCore.Http;

namespace Appliance.Grpc;

/// <summary>Limits and manners of a <see cref="GrpcDispatcher"/>; read once when it is made.</summary>
public sealed class GrpcServerOptions
{
    private int _maxReceiveMessageSize = 4 * 1024 * 1024;
    private int _maxSendMessageSize = 4 * 1024 * 1024;

    /// <summary>
    /// Largest request message in bytes, as it comes and after decompression; more is RESOURCE_EXHAUSTED.
    /// Defaults to 4 MiB, as in other gRPC implementations.
    /// </summary>
    public int MaxReceiveMessageSize
    {
        get => _maxReceiveMessageSize;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _maxReceiveMessageSize = value;
        }
    }

    /// <summary>Largest response message in bytes; more is RESOURCE_EXHAUSTED. Defaults to 4 MiB.</summary>
    public int MaxSendMessageSize
    {
        get => _maxSendMessageSize;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _maxSendMessageSize = value;
        }
    }

    /// <summary>
    /// True: the caller is told type and text of a handler's exception. For development only. Defaults to false.
    /// </summary>
    public bool DetailedErrors { get; set; }

    /// <summary>
    /// True: <c>grpc.reflection.v1.ServerReflection</c> and its older name <c>v1alpha</c> are served too. They tell
    /// whoever asks which services are mapped, themselves included, and all files of the contracts
    /// (grpc/doc/server-reflection.md). A request has at most 4,096 bytes; of each, 100 streams at a time, none
    /// quiet for more than 60 s. Defaults to false.
    /// </summary>
    public bool Reflection { get; set; }

    /// <summary>
    /// Asked first, of every call: a status other than null is the call's answer. For what stands before all methods,
    /// as the credentials that a proxy passes on. Must not throw.
    /// </summary>
    public Func<HttpContext, GrpcStatus?>? Screen { get; set; }
}
