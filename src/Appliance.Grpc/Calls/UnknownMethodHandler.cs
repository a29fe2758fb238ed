namespace Appliance.Grpc.Calls;

/// <summary>Answers UNIMPLEMENTED. Unknown methods share one name in the metrics: no series per hostile path.</summary>
internal sealed class UnknownMethodHandler(CallEnvironment environment)
    : CallHandler("unknown", environment, new GrpcMethodOptions())
{
    private const int LongestNamedPath = 256;

    protected override Task RunAsync(GrpcCallContext call)
    {
        var path = call.Http.Request.Path.Value ?? "";
        var named = path.Length <= LongestNamedPath ? path : path[..LongestNamedPath];
        Finish(call, new GrpcStatus(GrpcStatusCode.Unimplemented, $"There is no method {named}."));
        return Task.CompletedTask;
    }
}
