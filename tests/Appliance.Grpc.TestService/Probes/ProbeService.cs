using Appliance.Grpc.TestService.Protos;

namespace Appliance.Grpc.TestService.Probes;

/// <summary><c>appliance.probes.Probes</c>: errors of every make, and reports on other calls.</summary>
internal sealed class ProbeService(CallRecords records)
{
    private const int MaxMessages = 1_000;

    private static readonly GrpcStatus s_refusal = new(
        GrpcStatusCode.InvalidArgument,
        "Invalid parameter SAD",
        new GrpcErrorInfo(
            "invalid_request",
            "example.org",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["field"] = "SAD" }),
        TimeSpan.FromMilliseconds(1_500));

    public void Map(GrpcMethods methods)
    {
        var service = ProbesReflection.Descriptor.Services.Single();
        methods
            .Unary<Empty, Empty>(service.FindMethodByName("Wait"), Wait)
            .Unary<RefuseRequest, Empty>(service.FindMethodByName("Refuse"), Refuse)
            .ServerStreaming<RefuseAfterRequest, Empty>(service.FindMethodByName("RefuseAfter"), RefuseAfter)
            .Unary<ReportRequest, ReportResponse>(service.FindMethodByName("Report"), Report);
    }

    private async ValueTask<Empty?> Wait(Empty request, GrpcCallContext call)
    {
        await records.Follow(call, _ => Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken));
        return request;
    }

    private static ValueTask<Empty?> Refuse(RefuseRequest request, GrpcCallContext call)
    {
        Refuse(request.Manner, call);
        return ValueTask.FromResult<Empty?>(null);
    }

    private static async Task RefuseAfter(
        RefuseAfterRequest request, GrpcResponseWriter<Empty> responses, GrpcCallContext call)
    {
        for (var i = 0; i < Math.Min(request.Messages, MaxMessages); i++)
        {
            await responses.WriteAsync(new Empty());
        }

        Refuse(request.Refusal?.Manner ?? default, call);
    }

    private static void Refuse(RefuseRequest.Types.Manner manner, GrpcCallContext call)
    {
        switch (manner)
        {
            case RefuseRequest.Types.Manner.Thrown:
                throw new GrpcStatusException(s_refusal);
            case RefuseRequest.Types.Manner.Crash:
                throw new InvalidOperationException("planted secret");
            default:
                call.Fail(s_refusal);
                break;
        }
    }

    private async ValueTask<ReportResponse?> Report(ReportRequest request, GrpcCallContext call)
    {
        var record = records.Of(request.Call);
        var awaited = request.Until switch
        {
            ReportRequest.Types.Until.Started => record.Started,
            ReportRequest.Types.Until.Ended => record.Ended,
            _ => Task.CompletedTask,
        };
        await awaited.WaitAsync(call.CancellationToken);
        return record.Report();
    }
}
