using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Storage;
using Google.Protobuf;

namespace Appliance.Server.Grpc;

/// <summary>What every method of a known caller does first, whatever service it is of.</summary>
internal sealed class GrpcCalls(CscOperations operations, Admission admission)
{
    /// <summary>Options of such a method: nobody unknown makes the server gather a message.</summary>
    public GrpcMethodOptions Known { get; } = new()
    {
        Admit = http => Admit(operations, http),
        Stopping = GrpcErrors.StatusOf(CscErrors.Stopping),
    };

    /// <summary>
    /// The same for streams, which live as long as their client likes: one more than so many is refused.
    /// </summary>
    public GrpcMethodOptions OfStreams(int most) => new()
    {
        Admit = Known.Admit,
        MaxConcurrentCalls = most,
        TooManyCalls = GrpcErrors.StatusOf(CscErrors.Busy),
        Stopping = Known.Stopping,
    };

    /// <summary>Why a caller is not let in; null when it is.</summary>
    public static GrpcStatus? Admit(CscOperations operations, HttpContext http)
        => operations.Glance(http.Request.Headers.Authorization) is { } unknown
            ? GrpcErrors.StatusOf(unknown)
            : null;

    /// <summary>A place, who calls, the operation; refusals cost no exception.</summary>
    public async ValueTask<TResponse?> RunAsync<TRequest, TInput, TResult, TResponse>(
        TRequest request,
        GrpcCallContext context,
        Func<TRequest, TInput> read,
        CscOperation<TInput, TResult> operation,
        Func<TResult, TResponse> write,
        Action<TInput, GrpcCallContext>? readMetadata = null,
        Action<TResult, GrpcCallContext>? writeMetadata = null)
        where TResponse : class, IMessage
    {
        if (admission.TryEnter() is { } refusal)
        {
            return Fail<TResponse>(context, refusal);
        }

        try
        {
            var who = await operations.EnterAsync(context.Http.Request.Headers.Authorization);
            if (who.Error is { } unknown)
            {
                return Fail<TResponse>(context, unknown);
            }

            try
            {
                var input = read(request);
                readMetadata?.Invoke(input, context);
                var answer = await operation(CscVersion.V2, who.Caller, input, context.CancellationToken);
                if (answer.Error is { } error)
                {
                    return Fail<TResponse>(context, error);
                }

                writeMetadata?.Invoke(answer.Value, context);
                return write(answer.Value);
            }
            finally
            {
                who.Leave();
            }
        }
        catch (StoreException away) when (away.IsTemporary)
        {
            return Fail<TResponse>(context, CscErrors.StoreAway);
        }
        finally
        {
            admission.Leave();
        }
    }

    public static TResponse? Fail<TResponse>(GrpcCallContext context, CscError error)
        where TResponse : class
    {
        context.Fail(GrpcErrors.StatusOf(error));
        return null;
    }
}
