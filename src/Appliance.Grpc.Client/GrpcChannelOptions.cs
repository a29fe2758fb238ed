namespace Appliance.Grpc.Client;

/// <summary>How a <see cref="GrpcChannel"/> talks; read once when it is made.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>
    /// Sends the requests: for own trust anchors, client certificates, Unix sockets. The channel disposes it. Null:
    /// a SocketsHttpHandler that opens further connections when one is full and pings quiet ones.
    /// </summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>Largest response message in bytes; more is RESOURCE_EXHAUSTED. Defaults to 4 MiB.</summary>
    public int MaxReceiveMessageSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>Measures deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
