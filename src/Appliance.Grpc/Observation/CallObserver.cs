using Microsoft.Extensions.Logging;

namespace Appliance.Grpc.Observation;

/// <summary>The one place where a call's method, status, duration, sizes and peer are measured and logged.</summary>
internal sealed partial class CallObserver(GrpcMetrics metrics, ILoggerFactory loggers, TimeProvider time)
{
    private readonly ILogger _logger = loggers.CreateLogger(GrpcMetrics.MeterName);

    public void StreamBegan(GrpcCallContext call) => metrics.StreamsChanged(call.MethodName, 1);

    public void Ended(GrpcCallContext call, GrpcStatus status)
    {
        if (call.IsStream)
        {
            metrics.StreamsChanged(call.MethodName, -1);
        }

        var duration = time.GetElapsedTime(call.StartedAt);
        metrics.CallEnded(
            call.MethodName,
            status.CodeName,
            duration.TotalSeconds,
            call.RequestSize,
            call.Sender.Size,
            call.RequestMessages,
            call.Sender.Messages);
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            var connection = call.Http.Connection;
            Log.CallEnded(
                _logger,
                call.MethodName,
                status.CodeName,
                duration.TotalMilliseconds,
                call.RequestMessages,
                call.RequestSize,
                call.Sender.Messages,
                call.Sender.Size,
                connection.RemoteIpAddress?.ToString() ?? "local",
                connection.RemotePort);
        }
    }

    public void HandlerThrew(GrpcCallContext call, Exception exception)
        => Log.HandlerThrew(_logger, exception, call.MethodName);

    private static partial class Log
    {
        [LoggerMessage(7000, LogLevel.Debug, "{Method} {Status} in {Milliseconds} ms, {RequestMessages} messages " +
            "of {RequestSize} bytes in, {ResponseMessages} of {ResponseSize} out, peer {Peer}:{Port}",
            EventName = "CallEnded",
            SkipEnabledCheck = true)]
        public static partial void CallEnded(
            ILogger logger,
            string method,
            string status,
            double milliseconds,
            long requestMessages,
            long requestSize,
            long responseMessages,
            long responseSize,
            string peer,
            int port);

        [LoggerMessage(7001, LogLevel.Error, "The handler of {Method} failed", EventName = "HandlerThrew")]
        public static partial void HandlerThrew(ILogger logger, Exception exception, string method);
    }
}
