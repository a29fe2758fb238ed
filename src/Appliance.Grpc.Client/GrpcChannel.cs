using System.Net;
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
    private readonly HttpMessageInvoker _http;
    private readonly Uri _address;
    private readonly TimeProvider _time;
    private readonly int _maxReceiveMessageSize;

    /// <summary>Makes a channel; connects with the first call.</summary>
    /// <param name="address">For example <c>https://signing.example:8443</c>; its path is ignored.</param>
    /// <param name="options">Null for the defaults.</param>
    public GrpcChannel(Uri address, GrpcChannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        options ??= new GrpcChannelOptions();
        _address = address;
        _time = options.Time;
        _maxReceiveMessageSize = options.MaxReceiveMessageSize;
        _http = new HttpMessageInvoker(options.Handler ?? NewHandler());
    }

    /// <summary>Calls a unary method.</summary>
    /// <param name="method">From the generated file descriptor.</param>
    /// <param name="request">The request message.</param>
    /// <param name="metadata">Sent with the request; null for none.</param>
    /// <param name="timeout">
    /// How long the call may take; sent to the server and enforced here. Null: as long as it takes.
    /// </param>
    /// <param name="cancellationToken">Gives the call up and tells the server so.</param>
    /// <exception cref="GrpcStatusException">The call ended without OK, or could not be made.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<GrpcResponse<TResponse>> UnaryAsync<TRequest, TResponse>(
        MethodDescriptor method,
        TRequest request,
        GrpcMetadata? metadata = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(request);
        if (method.OutputType.Parser is not MessageParser<TResponse> parser)
        {
            throw new ArgumentException(
                $"The method {method.FullName} gives {method.OutputType.FullName}, not {typeof(TResponse).Name}.",
                nameof(method));
        }

        if (timeout <= TimeSpan.Zero)
        {
            throw new GrpcStatusException(GrpcStatusCode.DeadlineExceeded, "The deadline had passed before the call.");
        }

        using var message = NewRequest(method, request, metadata, timeout);
        using var deadline = timeout is { } limit ? new CancellationTokenSource(limit, _time) : null;
        using var either = deadline is null
            ? null
            : CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await SendAsync(message, parser, either?.Token ?? cancellationToken);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GrpcStatusException(GrpcStatusCode.DeadlineExceeded, "The deadline passed.", inner: exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw TransportErrors.ToStatus(exception);
        }
    }

    /// <summary>Closes the connections; running calls fail.</summary>
    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler NewHandler() => new()
    {
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(60),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
        UseProxy = false,
    };

    private HttpRequestMessage NewRequest(
        MethodDescriptor method, IMessage request, GrpcMetadata? metadata, TimeSpan? timeout)
    {
        var message = new HttpRequestMessage(
            HttpMethod.Post, new Uri(_address, $"/{method.Service.FullName}/{method.Name}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(MessageFrame.Encode(request)),
        };
        message.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        message.Headers.TryAddWithoutValidation("te", "trailers");
        message.Headers.TryAddWithoutValidation("grpc-accept-encoding", "identity,gzip");
        if (timeout is { } limit)
        {
            message.Headers.TryAddWithoutValidation("grpc-timeout", GrpcTimeout.Encode(limit));
        }

        foreach (var (name, value) in metadata ?? [])
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private async Task<GrpcResponse<TResponse>> SendAsync<TResponse>(
        HttpRequestMessage request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        using var response = await _http.SendAsync(request, cancellationToken);
        ResponseStatus.CheckHttp(response);

        // Trailers-only: the status is in the headers and nothing follows.
        if (response.Headers.Contains("grpc-status"))
        {
            var status = ResponseStatus.Read(response.Headers);
            throw status ?? new GrpcStatusException(GrpcStatusCode.Internal, "OK came without a message.");
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var (payload, failure) = await MessageFrame.ReadSingleAsync(
            body, ResponseStatus.IsGzip(response), _maxReceiveMessageSize, cancellationToken);

        // The server's own status says more than what is wrong with its message.
        if (ResponseStatus.Read(response.TrailingHeaders) is { } refusal)
        {
            throw refusal;
        }

        if (payload is null)
        {
            throw failure!;
        }

        try
        {
            return new GrpcResponse<TResponse>(
                parser.ParseFrom(payload),
                ResponseStatus.Metadata(response.Headers),
                ResponseStatus.Metadata(response.TrailingHeaders));
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new GrpcStatusException(
                GrpcStatusCode.Internal, "The response message is not valid protobuf.", inner: exception);
        }
    }
}
