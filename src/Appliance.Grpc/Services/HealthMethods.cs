using Appliance.Grpc.Wire;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Appliance.Grpc.Services;

/// <summary>Check, List and Watch of grpc.health.v1.Health.</summary>
internal sealed class HealthMethods(HealthBoard board)
{
    public const int LargestRequest = 1_024;
    public const int MostWatchers = 1_000;

    private static readonly GrpcStatus s_unknown = new(GrpcStatusCode.NotFound, "The service is not known here.");

    private static readonly HealthCheckResponse[] s_responses =
        [.. Enum.GetValues<ServingStatus>().Select(status => new HealthCheckResponse { Status = status })];

    public GrpcMethods AddTo(GrpcMethods methods)
    {
        var service = HealthReflection.Descriptor.Services[0];
        var options = new GrpcMethodOptions { MaxReceiveMessageSize = LargestRequest };
        var watch = new GrpcMethodOptions
        {
            MaxReceiveMessageSize = LargestRequest,
            MaxConcurrentCalls = MostWatchers,
        };
        return methods
            .Unary<HealthCheckRequest, HealthCheckResponse>(service.FindMethodByName("Check"), Check, options)
            .Unary<HealthListRequest, HealthListResponse>(service.FindMethodByName("List"), List, options)
            .ServerStreaming<HealthCheckRequest, HealthCheckResponse>(
                service.FindMethodByName("Watch"), WatchAsync, watch);
    }

    /// <summary>Tells the status, then each other one, until one of the tokens is cancelled.</summary>
    /// <param name="service">Any name.</param>
    /// <param name="tell">Takes as long as the watcher does.</param>
    /// <param name="stop">The server begins to stop: known services become NOT_SERVING, and this returns.</param>
    /// <param name="cancellationToken">The watcher is gone.</param>
    /// <exception cref="OperationCanceledException">The watcher is gone.</exception>
    internal async Task WatchAsync(
        string service,
        Func<ServingStatus, ValueTask> tell,
        CancellationToken stop,
        CancellationToken cancellationToken)
    {
        _ = board.Check(service);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        ServingStatus? told = null;
        while (true)
        {
            var stopping = stop.IsCancellationRequested;
            var now = board.Current;
            var status = now.Entries.TryGetValue(service, out var entry)
                ? StatusOf(entry.IsServing && !stopping)
                : ServingStatus.ServiceUnknown;
            if (status != told)
            {
                await tell(status);
                told = status;
            }

            if (stopping)
            {
                return;
            }

            await now.Replaced.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static ServingStatus StatusOf(bool isServing)
        => isServing ? ServingStatus.Serving : ServingStatus.NotServing;

    private ValueTask<HealthCheckResponse?> Check(HealthCheckRequest request, GrpcCallContext call)
    {
        if (board.Check(request.Service) is { } isServing)
        {
            return ValueTask.FromResult<HealthCheckResponse?>(s_responses[(int)StatusOf(isServing)]);
        }

        call.Fail(s_unknown);
        return default;
    }

    private ValueTask<HealthListResponse?> List(HealthListRequest request, GrpcCallContext call)
    {
        var response = new HealthListResponse();
        foreach (var (service, entry) in board.Refresh().Entries)
        {
            response.Statuses.Add(service, s_responses[(int)StatusOf(entry.IsServing)]);
        }

        return ValueTask.FromResult<HealthListResponse?>(response);
    }

    private async Task WatchAsync(
        HealthCheckRequest request, GrpcResponseWriter<HealthCheckResponse> responses, GrpcCallContext call)
    {
        await WatchAsync(
            request.Service,
            status => responses.WriteAsync(s_responses[(int)status]),
            call.Draining,
            call.CancellationToken);
        call.Fail(WireStatus.Draining);
    }
}
