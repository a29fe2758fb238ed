namespace Appliance.Grpc.Client;

/// <summary>How a <see cref="GrpcChannel"/> talks; read once when it is made.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>
    /// Sends the requests: for own trust anchors, client certificates, Unix sockets. The channel disposes it. Null:
    /// a SocketsHttpHandler that opens further connections when one is full and pings quiet ones.
    /// </summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>
    /// Largest response message in bytes, packed and unpacked; more is RESOURCE_EXHAUSTED. Defaults to 4 MiB.
    /// </summary>
    public int MaxReceiveMessageSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    = 4 * 1024 * 1024;

    /// <summary>When calls that carry a request id are tried again.</summary>
    public GrpcRetryPolicy Retry { get; init; } = new();

    /// <summary>Measures deadlines and the waits between attempts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
