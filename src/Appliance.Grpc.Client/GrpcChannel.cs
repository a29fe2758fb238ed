using Appliance.Grpc.Client.Calls;
using Appliance.Grpc.Client.Wire;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Appliance.Grpc.Client;

/// <summary>
/// Calls gRPC methods of one server over HTTP/2 (grpc/doc/PROTOCOL-HTTP2.md): <c>http://</c> addresses by prior
/// knowledge, <c>https://</c> by ALPN. Safe for concurrent use; make one and keep it.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly Transport _transport;

    /// <summary>Makes a channel; connects with the first call.</summary>
    /// <param name="address">For example <c>https://signing.example:8443</c>; its path is ignored.</param>
    /// <param name="options">Null for the defaults.</param>
    public GrpcChannel(Uri address, GrpcChannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        options ??= new GrpcChannelOptions();
        _transport = new Transport(
            new HttpMessageInvoker(options.Handler ?? NewHandler()),
            address,
            options.MaxReceiveMessageSize,
            options.Retry,
            options.Time,
            _closed.Token);
    }

    /// <summary>Calls a method that takes one message and gives one.</summary>
    /// <param name="method">From the generated file descriptor.</param>
    /// <param name="request">The request message.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Gives the call up and tells the server so.</param>
    /// <exception cref="GrpcStatusException">The call ended without OK, or could not be made.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ArgumentException">The method has another shape, or other messages.</exception>
    public async Task<GrpcResponse<TResponse>> UnaryAsync<TRequest, TResponse>(
        MethodDescriptor method,
        TRequest request,
        GrpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(request);
        var parser = Check<TRequest, TResponse>(method, clientStreaming: false, serverStreaming: false);
        using var call = new Call(_transport, method, options, cancellationToken);
        var frame = MessageFrame.Encode(request, call.Compress, pooled: false);
        return await call.SendWithRetriesAsync(frame, async response =>
        {
            using (response)
            {
                return await response.ReadSingleAsync(parser, call.Token);
            }
        });
    }

    /// <summary>Calls a method that takes one message and gives a stream of them. The call starts at once.</summary>
    /// <param name="method">From the generated file descriptor.</param>
    /// <param name="request">The request message; the caller's again when this returns.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Gives the call up, at any time, and tells the server so.</param>
    /// <exception cref="GrpcStatusException">RESOURCE_EXHAUSTED: no message can be that large.</exception>
    /// <exception cref="ArgumentException">The method has another shape, or other messages.</exception>
    public GrpcServerStreamingCall<TResponse> ServerStreaming<TRequest, TResponse>(
        MethodDescriptor method,
        TRequest request,
        GrpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(request);
        var parser = Check<TRequest, TResponse>(method, clientStreaming: false, serverStreaming: true);
        var frame = MessageFrame.Encode(request, options?.Compress ?? false, pooled: false);
        var call = new Call(_transport, method, options, cancellationToken);
        var opening = call.SendWithRetriesAsync(frame, Task.FromResult);
        return new GrpcServerStreamingCall<TResponse>(new ResponseMessages<TResponse>(call, parser, opening));
    }

    /// <summary>Calls a method that takes a stream of messages and gives one. The call starts at once.</summary>
    /// <param name="method">From the generated file descriptor.</param>
    /// <param name="options">Null for the defaults. The call is not retried, also not with a request id.</param>
    /// <param name="cancellationToken">Gives the call up, at any time, and tells the server so.</param>
    /// <exception cref="ArgumentException">The method has another shape, or other messages.</exception>
    public GrpcClientStreamingCall<TRequest, TResponse> ClientStreaming<TRequest, TResponse>(
        MethodDescriptor method,
        GrpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        var parser = Check<TRequest, TResponse>(method, clientStreaming: true, serverStreaming: false);
        return new GrpcClientStreamingCall<TRequest, TResponse>(
            new Call(_transport, method, options, cancellationToken), parser);
    }

    /// <summary>Calls a method that takes and gives streams of messages. The call starts at once.</summary>
    /// <param name="method">From the generated file descriptor.</param>
    /// <param name="options">Null for the defaults. The call is not retried, also not with a request id.</param>
    /// <param name="cancellationToken">Gives the call up, at any time, and tells the server so.</param>
    /// <exception cref="ArgumentException">The method has another shape, or other messages.</exception>
    public GrpcBidirectionalStreamingCall<TRequest, TResponse> BidirectionalStreaming<TRequest, TResponse>(
        MethodDescriptor method,
        GrpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        var parser = Check<TRequest, TResponse>(method, clientStreaming: true, serverStreaming: true);
        var call = new Call(_transport, method, options, cancellationToken);
        var requests = new MessageStreamContent(call);
        return new GrpcBidirectionalStreamingCall<TRequest, TResponse>(
            requests, new ResponseMessages<TResponse>(call, parser, call.OpenAsync(requests)));
    }

    /// <summary>Ends running calls with CANCELLED and closes the connections; further calls fail likewise.</summary>
    public void Dispose()
    {
        // The handler alone would let running calls go on.
        _closed.Cancel();
        _transport.Http.Dispose();
    }

    private static SocketsHttpHandler NewHandler() => new()
    {
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(60),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
        UseProxy = false,
    };

    private static MessageParser<TResponse> Check<TRequest, TResponse>(
        MethodDescriptor method, bool clientStreaming, bool serverStreaming)
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        if (method.IsClientStreaming != clientStreaming || method.IsServerStreaming != serverStreaming)
        {
            throw new ArgumentException($"The method {method.FullName} has another shape.", nameof(method));
        }

        if (method.InputType.ClrType == typeof(TRequest) && method.OutputType.Parser is MessageParser<TResponse> parser)
        {
            return parser;
        }

        throw new ArgumentException(
            $"The method {method.FullName} takes {method.InputType.FullName} and gives {method.OutputType.FullName}, "
            + $"not {typeof(TRequest).Name} and {typeof(TResponse).Name}.",
            nameof(method));
    }
}
