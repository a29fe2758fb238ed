using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Hosting;

/// <summary>Events 1030 to 1049 of libraries that run in a child process.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1030, LogLevel.Information, "{Module} runs in process {Process}")]
    public static partial void HostStarted(ILogger logger, string module, int process);

    [LoggerMessage(1031, LogLevel.Error, "The process of {Module} {How}; it is started again in {Milliseconds} ms")]
    public static partial void HostEnded(ILogger logger, string module, string how, int milliseconds);

    [LoggerMessage(1032, LogLevel.Error, "The process of {Module} is killed: {Fault}")]
    public static partial void HostKilled(ILogger logger, string module, string fault);

    [LoggerMessage(1033, LogLevel.Warning, "{Module} printed: {Line}")]
    public static partial void Printed(ILogger logger, string module, string line);

    [LoggerMessage(1034, LogLevel.Warning, "{Module} printed {Count} lines more, which are left out")]
    public static partial void LinesDropped(ILogger logger, string module, int count);

    [LoggerMessage(EventId = 1035, Message = "The process of {Module} tells (event {Event}): {Message}")]
    public static partial void Told(ILogger logger, LogLevel level, string module, uint @event, string message);

    [LoggerMessage(1036, LogLevel.Warning, "{Jobs} jobs were in the process that served {Token} when it ended")]
    public static partial void JobsLost(ILogger logger, TokenInfo token, int jobs);

    [LoggerMessage(1037, LogLevel.Critical, "The thread that keeps the process of {Module} caught what should not be")]
    public static partial void KeeperThrew(ILogger logger, string module, Exception exception);

    [LoggerMessage(1038, LogLevel.Warning, "{Token} was not found in a new process: {ReturnValue}")]
    public static partial void NotFoundAgain(ILogger logger, TokenInfo token, string returnValue);

    [LoggerMessage(1039, LogLevel.Critical, "The sender of {Token} caught what should not happen")]
    public static partial void SenderThrew(ILogger logger, TokenInfo token, Exception exception);

    [LoggerMessage(1040, LogLevel.Error, "The login to {Token} that its process asked for threw")]
    public static partial void LoginThrew(ILogger logger, TokenInfo token, Exception exception);
}
