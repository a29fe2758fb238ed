using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Sessions;

/// <summary>Events 1000 to 1019 of the data plane.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "{Token} serves with up to {Sessions} sessions ({Dispatch})")]
    public static partial void SlotStarted(ILogger logger, TokenInfo token, int sessions, SlotDispatch dispatch);

    [LoggerMessage(1001, LogLevel.Warning, "{Token} is left alone after {ReturnValue}; it is tried again later")]
    public static partial void SlotDown(ILogger logger, TokenInfo token, string returnValue);

    [LoggerMessage(1002, LogLevel.Information, "{Token} serves again")]
    public static partial void SlotUp(ILogger logger, TokenInfo token);

    [LoggerMessage(1003, LogLevel.Warning, "{Token} allows fewer sessions than configured: {Sessions} are in use")]
    public static partial void FewerSessions(ILogger logger, TokenInfo token, int sessions);

    [LoggerMessage(1004, LogLevel.Warning, "A session of {Token} was replaced after {ReturnValue}")]
    public static partial void SessionReplaced(ILogger logger, TokenInfo token, string returnValue);

    [LoggerMessage(1005, LogLevel.Warning, "The login to {Token} had been lost and was made again")]
    public static partial void LoggedInAgain(ILogger logger, TokenInfo token);

    [LoggerMessage(1006, LogLevel.Error, "{Key} of {Token} refuses to sign, or is another key than its name says")]
    public static partial void ProofFailed(ILogger logger, KeyReference key, TokenInfo token);

    [LoggerMessage(1007, LogLevel.Error, "A completion callback threw")]
    public static partial void CallbackThrew(ILogger logger, Exception exception);

    [LoggerMessage(1009, LogLevel.Critical, "A worker of {Token} caught what should not happen; the job failed")]
    public static partial void WorkerThrew(ILogger logger, TokenInfo token, Exception exception);

    [LoggerMessage(1008, LogLevel.Warning, "{Token} has {Count} calls that did not return in time")]
    public static partial void LeftBehind(ILogger logger, TokenInfo token, int count);
}
