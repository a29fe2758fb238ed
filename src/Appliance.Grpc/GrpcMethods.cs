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

    /// <summary>The paths mapped so far, <c>/package.Service/Method</c>.</summary>
    public IReadOnlyCollection<string> Paths => _factories.Keys;

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
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(handler);
        CheckShape(method, clientStreaming: false, serverStreaming: false);
        CheckTypes(method, typeof(TRequest), typeof(TResponse));

        var parser = (MessageParser<TRequest>)method.InputType.Parser;
        var path = $"/{method.Service.FullName}/{method.Name}";
        Add(path, environment => new UnaryCallHandler<TRequest, TResponse>(
            path, environment, parser, handler, options ?? new GrpcMethodOptions()));
        return this;
    }

    internal Dictionary<string, CallHandler> Build(CallEnvironment environment)
        => _factories.ToDictionary(pair => pair.Key, pair => pair.Value(environment), StringComparer.Ordinal);

    private void Add(string path, Func<CallEnvironment, CallHandler> factory)
    {
        if (!_factories.TryAdd(path, factory))
        {
            throw new ArgumentException($"The method {path} is mapped already; map it once.", nameof(path));
        }
    }

    private static void CheckShape(MethodDescriptor method, bool clientStreaming, bool serverStreaming)
    {
        if (method.IsClientStreaming != clientStreaming || method.IsServerStreaming != serverStreaming)
        {
            throw new ArgumentException(
                $"The method {method.FullName} has another call shape in its proto file; map it by that shape.",
                nameof(method));
        }
    }

    private static void CheckTypes(MethodDescriptor method, Type request, Type response)
    {
        if (method.InputType.ClrType != request || method.OutputType.ClrType != response)
        {
            throw new ArgumentException(
                $"The method {method.FullName} takes {method.InputType.FullName} and gives " +
                $"{method.OutputType.FullName}; the handler is for {request.Name} and {response.Name}.",
                nameof(method));
        }
    }
}
