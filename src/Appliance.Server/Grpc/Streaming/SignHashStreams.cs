using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Options;
using Proto = Csc.V2;

namespace Appliance.Server.Grpc.Streaming;

/// <summary>csc.v2.Signatures/SignHashStream: what all its streams share.</summary>
internal sealed partial class SignHashStreams(
    CscOperations operations, LimitSettings limits, TimeProvider time, ILogger<SignHashStreams> logger)
    : IDisposable
{
    /// <summary>
    /// Items at work, of all streams. They wait here and not in the queues behind, which would refuse them, and which
    /// have room for these and for all calls that Admission lets in (<see cref="LimitSettings.MostInWork"/>).
    /// </summary>
    private readonly SemaphoreSlim _places = new(limits.StreamItemsInWork);

    private int _open;

    public CscOperations Operations => operations;

    public LimitSettings Limits => limits;

    public TimeProvider Time => time;

    /// <summary>Places that no item has.</summary>
    public int FreePlaces => _places.CurrentCount;

    /// <summary>Streams that are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The method's handler.</summary>
    public async Task RunAsync(
        GrpcRequestReader<Proto.SignHashStreamRequest> requests,
        GrpcResponseWriter<Proto.SignHashStreamResponse> responses,
        GrpcCallContext call)
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

            using var stream = new SignHashStream(this, requests, responses, call, who);
            await stream.RunAsync();
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Waits for a place, first come first served; <see cref="LeavePlace"/> gives it back.</summary>
    public Task TakePlaceAsync(CancellationToken cancellationToken) => _places.WaitAsync(cancellationToken);

    public void LeavePlace() => _places.Release();

    public void Dispose() => _places.Dispose();

    public void ItemThrew(Exception exception) => Log.ItemThrew(logger, exception);

    private static partial class Log
    {
        [LoggerMessage(8110, LogLevel.Error, "An item of SignHashStream failed.")]
        public static partial void ItemThrew(ILogger logger, Exception exception);
    }
}
