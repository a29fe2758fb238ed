using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Options;
using Google.Protobuf;

namespace Appliance.Server.Grpc.Streaming;

/// <summary>What all streams of items share, whatever their method.</summary>
internal sealed partial class ItemStreams(
    CscOperations operations, ItemPlaces places, LimitSettings limits, TimeProvider time, ILogger<ItemStreams> logger)
{
    private int _open;

    public CscOperations Operations => operations;

    public LimitSettings Limits => limits;

    public TimeProvider Time => time;

    /// <summary>Where items wait; shared with calls of many digests.</summary>
    public ItemPlaces Places => places;

    /// <summary>Streams that are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The handler of a method.</summary>
    /// <param name="requests">What the client sends.</param>
    /// <param name="responses">What it is sent.</param>
    /// <param name="call">The call.</param>
    /// <param name="kind">What the method does with its messages; for this call alone.</param>
    public async Task RunAsync<TRequest, TResponse, TWork, TResult>(
        GrpcRequestReader<TRequest> requests,
        GrpcResponseWriter<TResponse> responses,
        GrpcCallContext call,
        ItemKind<TRequest, TResponse, TWork, TResult> kind)
        where TRequest : class, IBufferMessage, IMessage<TRequest>
        where TResponse : class, IBufferMessage
    {
        Interlocked.Increment(ref _open);
        try
        {
            // 1
            var who = await Operations.AuthenticateAsync(call.Http.Request.Headers.Authorization);
            if (who.Error is { } unknown)
            {
                call.Fail(GrpcErrors.StatusOf(unknown));
                return;
            }

            using var stream = new ItemStream<TRequest, TResponse, TWork, TResult>(
                this, requests, responses, call, kind, who);
            await stream.RunAsync();
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    public void ItemThrew(string method, Exception exception) => Log.ItemThrew(logger, method, exception);

    private static partial class Log
    {
        [LoggerMessage(8110, LogLevel.Error, "An item of a stream of {Method} failed.")]
        public static partial void ItemThrew(ILogger logger, string method, Exception exception);
    }
}
