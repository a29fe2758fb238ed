using Appliance.Grpc.Calls;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Appliance.Grpc;

/// <summary>
/// The methods that a <see cref="GrpcDispatcher"/> serves: a protobuf method descriptor each, with its handler. Filled
/// at start; what is added after the dispatcher was made is not served.
/// </summary>
public sealed class GrpcMethods
{
    private readonly Dictionary<string, Func<CallEnvironment, CallHandler>> _factories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServiceDescriptor> _services = new(StringComparer.Ordinal);

    /// <summary>The paths mapped so far, <c>/package.Service/Method</c>.</summary>
    public IReadOnlyCollection<string> Paths => _factories.Keys;

    /// <summary>The services with a method mapped so far, <c>package.Service</c>.</summary>
    public IReadOnlyCollection<string> ServiceNames => _services.Keys;

    internal IReadOnlyCollection<ServiceDescriptor> Services => _services.Values;

    /// <summary>Maps a unary method.</summary>
    /// <param name="method">
    /// The method, from the generated file descriptor:
    /// <c>SignaturesReflection.Descriptor.Services[0].FindMethodByName("SignHash")</c>.
    /// </param>
    /// <param name="handler">
    /// Called once for each request, on a thread-pool thread. Gives the response, or null after
    /// <see cref="GrpcCallContext.Fail"/>. It may throw <see cref="GrpcStatusException"/>; any other exception becomes
    /// UNKNOWN without its text. The context is valid until the handler's task completes.
    /// </param>
    /// <param name="options">What is peculiar to this method; null for nothing.</param>
    /// <returns>This, so that calls chain.</returns>
    /// <exception cref="ArgumentException">
    /// The method streams, has other message types, or is mapped already.
    /// </exception>
    public GrpcMethods Unary<TRequest, TResponse>(
        MethodDescriptor method,
        Func<TRequest, GrpcCallContext, ValueTask<TResponse?>> handler,
        GrpcMethodOptions? options = null)
        where TRequest : class, IBufferMessage, IMessage<TRequest>
        where TResponse : class, IBufferMessage
    {
        ArgumentNullException.ThrowIfNull(handler);
        var path = Check(method, typeof(TRequest), typeof(TResponse), clientStreaming: false, serverStreaming: false);
        Add(method, path, environment => new UnaryCallHandler<TRequest, TResponse>(
            path, environment, ParserOf<TRequest>(method), handler, options ?? new GrpcMethodOptions()));
        return this;
    }

    /// <summary>Maps a method that takes one message and answers with any number.</summary>
    /// <param name="method">As in <see cref="Unary"/>.</param>
    /// <param name="handler">
    /// Called once for each call; the call is over when its task completes: with OK, or with the status given to
    /// <see cref="GrpcCallContext.Fail"/>. Exceptions as in <see cref="Unary"/>.
    /// </param>
    /// <param name="options">What is peculiar to this method; null for nothing.</param>
    /// <returns>This, so that calls chain.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Unary"/>.</exception>
    public GrpcMethods ServerStreaming<TRequest, TResponse>(
        MethodDescriptor method,
        Func<TRequest, GrpcResponseWriter<TResponse>, GrpcCallContext, Task> handler,
        GrpcMethodOptions? options = null)
        where TRequest : class, IBufferMessage, IMessage<TRequest>
        where TResponse : class, IBufferMessage
    {
        ArgumentNullException.ThrowIfNull(handler);
        var path = Check(method, typeof(TRequest), typeof(TResponse), clientStreaming: false, serverStreaming: true);
        Add(method, path, environment => new ServerStreamingCallHandler<TRequest, TResponse>(
            path, environment, ParserOf<TRequest>(method), handler, options ?? new GrpcMethodOptions()));
        return this;
    }

    /// <summary>Maps a method that takes any number of messages and answers with one.</summary>
    /// <param name="method">As in <see cref="Unary"/>.</param>
    /// <param name="handler">
    /// Called once for each call, when its headers have come. Gives the response, or null after
    /// <see cref="GrpcCallContext.Fail"/>; it need not read the requests to their end. Exceptions as in
    /// <see cref="Unary"/>.
    /// </param>
    /// <param name="options">What is peculiar to this method; null for nothing.</param>
    /// <returns>This, so that calls chain.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Unary"/>.</exception>
    public GrpcMethods ClientStreaming<TRequest, TResponse>(
        MethodDescriptor method,
        Func<GrpcRequestReader<TRequest>, GrpcCallContext, Task<TResponse?>> handler,
        GrpcMethodOptions? options = null)
        where TRequest : class, IBufferMessage, IMessage<TRequest>
        where TResponse : class, IBufferMessage
    {
        ArgumentNullException.ThrowIfNull(handler);
        var path = Check(method, typeof(TRequest), typeof(TResponse), clientStreaming: true, serverStreaming: false);
        Add(method, path, environment => new ClientStreamingCallHandler<TRequest, TResponse>(
            path, environment, ParserOf<TRequest>(method), handler, options ?? new GrpcMethodOptions()));
        return this;
    }

    /// <summary>Maps a method that takes and answers any number of messages, in any order.</summary>
    /// <param name="method">As in <see cref="Unary"/>.</param>
    /// <param name="handler">
    /// Called once for each call, when its headers have come. The call is over when its task completes: with OK, or
    /// with the status given to <see cref="GrpcCallContext.Fail"/>. Exceptions as in <see cref="Unary"/>.
    /// </param>
    /// <param name="options">What is peculiar to this method; null for nothing.</param>
    /// <returns>This, so that calls chain.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Unary"/>.</exception>
    public GrpcMethods BidirectionalStreaming<TRequest, TResponse>(
        MethodDescriptor method,
        Func<GrpcRequestReader<TRequest>, GrpcResponseWriter<TResponse>, GrpcCallContext, Task> handler,
        GrpcMethodOptions? options = null)
        where TRequest : class, IBufferMessage, IMessage<TRequest>
        where TResponse : class, IBufferMessage
    {
        ArgumentNullException.ThrowIfNull(handler);
        var path = Check(method, typeof(TRequest), typeof(TResponse), clientStreaming: true, serverStreaming: true);
        Add(method, path, environment => new BidirectionalCallHandler<TRequest, TResponse>(
            path, environment, ParserOf<TRequest>(method), handler, options ?? new GrpcMethodOptions()));
        return this;
    }

    /// <summary>
    /// Maps a bidirectional method to the messages of another whose fields are the same on the wire: two packages of
    /// one protocol, one handler.
    /// </summary>
    internal GrpcMethods BidirectionalStreamingAs<TRequest, TResponse>(
        MethodDescriptor method,
        MethodDescriptor model,
        Func<GrpcRequestReader<TRequest>, GrpcResponseWriter<TResponse>, GrpcCallContext, Task> handler,
        GrpcMethodOptions options)
        where TRequest : class, IBufferMessage, IMessage<TRequest>
        where TResponse : class, IBufferMessage
    {
        _ = Check(model, typeof(TRequest), typeof(TResponse), clientStreaming: true, serverStreaming: true);
        var path = Check(
            method, method.InputType.ClrType, method.OutputType.ClrType, clientStreaming: true, serverStreaming: true);
        Add(method, path, environment => new BidirectionalCallHandler<TRequest, TResponse>(
            path, environment, ParserOf<TRequest>(model), handler, options));
        return this;
    }

    /// <summary>The same methods, to add to without touching these.</summary>
    internal GrpcMethods Copy()
    {
        var copy = new GrpcMethods();
        foreach (var (path, factory) in _factories)
        {
            copy._factories.Add(path, factory);
        }

        foreach (var (name, service) in _services)
        {
            copy._services.Add(name, service);
        }

        return copy;
    }

    internal Dictionary<string, CallHandler> Build(CallEnvironment environment)
        => _factories.ToDictionary(pair => pair.Key, pair => pair.Value(environment), StringComparer.Ordinal);

    private void Add(MethodDescriptor method, string path, Func<CallEnvironment, CallHandler> factory)
    {
        if (!_factories.TryAdd(path, factory))
        {
            throw new ArgumentException($"The method {path} is mapped already; map it once.", nameof(path));
        }

        _services.TryAdd(method.Service.FullName, method.Service);
    }

    private static MessageParser<TRequest> ParserOf<TRequest>(MethodDescriptor method)
        where TRequest : class, IMessage<TRequest>
        => (MessageParser<TRequest>)method.InputType.Parser;

    /// <summary>The path of the method, when it has that shape and those types.</summary>
    private static string Check(
        MethodDescriptor method, Type request, Type response, bool clientStreaming, bool serverStreaming)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (method.IsClientStreaming != clientStreaming || method.IsServerStreaming != serverStreaming)
        {
            throw new ArgumentException(
                $"The method {method.FullName} has another call shape in its proto file; map it by that shape.",
                nameof(method));
        }

        if (method.InputType.ClrType != request || method.OutputType.ClrType != response)
        {
            throw new ArgumentException(
                $"The method {method.FullName} takes {method.InputType.FullName} and gives " +
                $"{method.OutputType.FullName}; the handler is for {request.Name} and {response.Name}.",
                nameof(method));
        }

        return $"/{method.Service.FullName}/{method.Name}";
    }
}
