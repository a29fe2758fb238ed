using System.Globalization;
using Appliance.Grpc.Tests.Protos;
using Google.Protobuf;

namespace Appliance.Grpc.Tests.Support;

/// <summary>Behaviours that a test asks for by name.</summary>
internal sealed class TestHandlers
{
    public const string Path = "/appliance.test.Behaviours/Unary";

    public static readonly GrpcStatus Refusal = new(
        GrpcStatusCode.InvalidArgument,
        "Invalid parameter SAD",
        new GrpcErrorInfo(
            "invalid_request",
            "example.org",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["field"] = "SAD" }),
        TimeSpan.FromMilliseconds(1_500));

    /// <summary>Completes when a waiting handler has started.</summary>
    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a waiting handler saw its token cancelled.</summary>
    public TaskCompletionSource<TimeSpan> Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends the handlers that ignore their token.</summary>
    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the streaming methods do; a test sets it before it calls.</summary>
    public Func<GrpcRequestReader<TestRequest>, GrpcCallContext, Task<TestResponse?>> Upload { get; set; }
        = (_, _) => Task.FromResult<TestResponse?>(null);

    public Func<TestRequest, GrpcResponseWriter<TestResponse>, GrpcCallContext, Task> Download { get; set; }
        = (_, _, _) => Task.CompletedTask;

    public Func<GrpcRequestReader<TestRequest>, GrpcResponseWriter<TestResponse>, GrpcCallContext, Task> Exchange
    {
        get;
        set;
    }
        = (_, _, _) => Task.CompletedTask;

    public async ValueTask<TestResponse?> Unary(TestRequest request, GrpcCallContext call)
    {
        switch (request.Behaviour)
        {
            case "echo":
                return new TestResponse { Payload = request.Payload, Text = request.Text };
            case "size":
                return new TestResponse { Payload = ByteString.CopyFrom(new byte[request.ResponseSize]) };
            case "yield":
                await Task.Yield();
                return new TestResponse { Payload = request.Payload };
            case "fail":
                call.Fail(Refusal);
                return null;
            case "fail-text":
                call.Fail(new GrpcStatus(GrpcStatusCode.Aborted, request.Text));
                return null;
            case "fail-later":
                await Task.Yield();
                call.Fail(Refusal);
                return null;
            case "throw-status":
                throw new GrpcStatusException(Refusal);
            case "throw":
                throw new InvalidOperationException("planted secret");
            case "nothing":
                return null;
            case "remaining":
                return new TestResponse
                {
                    Text = call.TimeRemaining.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture),
                };
            case "wait":
                return await WaitForCancellation(call);
            case "deaf":
                Started.TrySetResult();
                await Release.Task;
                return new TestResponse { Text = "too late" };
            case "metadata":
                return EchoMetadata(call);
            default:
                throw new InvalidOperationException(request.Behaviour);
        }
    }

    private async ValueTask<TestResponse?> WaitForCancellation(GrpcCallContext call)
    {
        Started.TrySetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken);
            return null;
        }
        catch (OperationCanceledException)
        {
            Cancelled.TrySetResult(call.TimeRemaining);
            throw;
        }
    }

    private static TestResponse EchoMetadata(GrpcCallContext call)
    {
        var bytes = call.GetBinaryMetadata("x-bytes-bin");
        call.AddHeader("x-initial", call.GetMetadata("x-text") ?? "absent");
        call.AddHeader("x-initial-bin", [1, 2, 3]);
        call.AddTrailer("x-trailing", call.Authorization ?? "absent");
        foreach (var value in bytes)
        {
            call.AddTrailer("x-trailing-bin", value);
        }

        var count = bytes.Count.ToString(CultureInfo.InvariantCulture);
        return new TestResponse { Text = call.PeerAddress + " sent " + count };
    }
}
