using Microsoft.Extensions.Logging;

namespace Appliance.Timestamping.Clocks;

/// <summary>Events 9000 to 9019 of the clock watch.</summary>
internal static partial class Log
{
    [LoggerMessage(9000, LogLevel.Warning, "Clock: {Kind} {Subject}, {Offset}: {Text}")]
    public static partial void Warned(
        ILogger logger, ClockEventKind kind, string subject, TimeSpan offset, string text);

    [LoggerMessage(9001, LogLevel.Information, "Clock: {Kind} {Subject}, {Offset}: {Text}")]
    public static partial void Noted(ILogger logger, ClockEventKind kind, string subject, TimeSpan offset, string text);

    [LoggerMessage(9002, LogLevel.Error, "The clock watch failed; units stop until it looks again")]
    public static partial void WatchFailed(ILogger logger, Exception exception);

    [LoggerMessage(9003, LogLevel.Error, "The receiver of a clock event failed")]
    public static partial void ReceiverFailed(ILogger logger, Exception exception);
}
