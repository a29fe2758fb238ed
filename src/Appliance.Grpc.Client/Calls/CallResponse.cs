using Appliance.Grpc.Client.Wire;
using Google.Protobuf;

namespace Appliance.Grpc.Client.Calls;

/// <summary>A response whose headers are there: its messages, then its trailers.</summary>
internal sealed class CallResponse : IDisposable
{
    private readonly HttpResponseMessage _http;
    private readonly MessageReader _messages;
    private readonly bool _trailersOnly;

    private CallResponse(HttpResponseMessage http, Stream body, int maxSize)
    {
        _http = http;
        _trailersOnly = ResponseStatus.IsTrailersOnly(http);
        Headers = _trailersOnly ? [] : ResponseStatus.Metadata(http.Headers);
        _messages = new MessageReader(_trailersOnly ? Stream.Null : body, ResponseStatus.IsGzip(http), maxSize);
    }

    public GrpcMetadata Headers { get; }

    /// <summary>There once <see cref="ReadAsync"/> has given null.</summary>
    public GrpcMetadata Trailers { get; private set; } = [];

    /// <exception cref="GrpcStatusException">The answer is not gRPC, or nothing but a status.</exception>
    public static async Task<CallResponse> OpenAsync(
        HttpResponseMessage http, int maxSize, CancellationToken cancellationToken)
    {
        try
        {
            ResponseStatus.CheckHttp(http);
            if (ResponseStatus.IsTrailersOnly(http) && ResponseStatus.Read(http.Headers) is { } refusal)
            {
                throw refusal;
            }

            return new CallResponse(http, await http.Content.ReadAsStreamAsync(cancellationToken), maxSize);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <summary>The next message, or null at the end with OK.</summary>
    public async ValueTask<TResponse?> ReadAsync<TResponse>(
        MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        if (await _messages.ReadAsync(cancellationToken))
        {
            return Parse(parser);
        }

        // The server's own status says more than what is wrong with its messages.
        var fields = _trailersOnly ? _http.Headers : _http.TrailingHeaders;
        if (ResponseStatus.Read(fields) is { } refusal)
        {
            throw refusal;
        }

        if (_messages.Truncated)
        {
            throw Broken("The response ended inside a message.");
        }

        Trailers = ResponseStatus.Metadata(fields);
        return null;
    }

    /// <summary>The one message of a response that is not a stream, and its end.</summary>
    public async Task<GrpcResponse<TResponse>> ReadSingleAsync<TResponse>(
        MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        var message = await ReadAsync(parser, cancellationToken)
            ?? throw Broken("OK came without a message.");
        if (await ReadAsync(parser, cancellationToken) is not null)
        {
            throw Broken("The response has more than the one message that the method gives.");
        }

        return new GrpcResponse<TResponse>(message, Headers, Trailers);
    }

    /// <summary>Tells the server to stop, unless all has been read.</summary>
    public void Abort() => _http.Dispose();

    public void Dispose()
    {
        Abort();
        _messages.Dispose();
    }

    private static GrpcStatusException Broken(string text) => new(GrpcStatusCode.Internal, text);

    private TResponse Parse<TResponse>(MessageParser<TResponse> parser)
        where TResponse : IMessage<TResponse>
    {
        try
        {
            return parser.ParseFrom(_messages.Payload.Span);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new GrpcStatusException(
                GrpcStatusCode.Internal, "The response message is not valid protobuf.", inner: exception);
        }
    }
}
