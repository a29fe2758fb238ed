using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Sessions;

/// <summary>Events 1000 to 1029 of the data plane.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "{Token} serves with up to {Sessions} sessions ({Dispatch})")]
    public static partial void SlotStarted(ILogger logger, TokenInfo token, int sessions, SlotDispatch dispatch);

    [LoggerMessage(1001, LogLevel.Warning, "{Token} is quarantined after {ReturnValue}; it is probed until it signs")]
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

    [LoggerMessage(1008, LogLevel.Warning, "{Token} has {Count} calls that did not return in time")]
    public static partial void LeftBehind(ILogger logger, TokenInfo token, int count);

    [LoggerMessage(1009, LogLevel.Critical, "A worker of {Token} caught what should not happen; the job failed")]
    public static partial void WorkerThrew(ILogger logger, TokenInfo token, Exception exception);

    [LoggerMessage(
        1010,
        LogLevel.Critical,
        "{Token} made a signature with {Key} that does not verify; it was not given out, and the token is quarantined "
        + "until its keeper has seen many right ones: have it looked at")]
    public static partial void WrongSignature(ILogger logger, KeyReference key, TokenInfo token);

    [LoggerMessage(1011, LogLevel.Warning, "{Token} is suspect after {ReturnValue}; it is probed now")]
    public static partial void SlotSuspect(ILogger logger, TokenInfo token, string returnValue);

    [LoggerMessage(1012, LogLevel.Information, "{Token} is drained: it finishes what it has and takes nothing new")]
    public static partial void SlotDrains(ILogger logger, TokenInfo token);

    [LoggerMessage(
        1013,
        LogLevel.Error,
        "A call into {Token} has not returned for {Seconds} s: its thread is written off, who waited is told, and its "
        + "queue goes to others")]
    public static partial void CallHangs(ILogger logger, TokenInfo token, double seconds);

    [LoggerMessage(1014, LogLevel.Critical, "No slot of the group signs; every request is refused until one does")]
    public static partial void GroupDown(ILogger logger);

    [LoggerMessage(1015, LogLevel.Information, "The group signs again")]
    public static partial void GroupUp(ILogger logger);

    [LoggerMessage(1016, LogLevel.Warning, "The module of {Token} was finalised and initialised anew: {ReturnValue}")]
    public static partial void ModuleReinitialised(ILogger logger, TokenInfo token, string returnValue);

    [LoggerMessage(1017, LogLevel.Critical, "The keeper of {Token} caught what should not happen; it goes on")]
    public static partial void KeeperThrew(ILogger logger, TokenInfo token, Exception exception);

    [LoggerMessage(
        1018,
        LogLevel.Warning,
        "{Token} made a wrong signature and has no probe key to earn its trust back: it stays quarantined until an "
        + "operator drains and resumes it")]
    public static partial void NoProbeKey(ILogger logger, TokenInfo token);

    [LoggerMessage(
        1019,
        LogLevel.Warning,
        "{Token} makes no probe key: after a failure a session that opens is taken for a token that signs")]
    public static partial void NoProbeKeyMade(ILogger logger, TokenInfo token);

    [LoggerMessage(1022, LogLevel.Information, "Every slot of the group is drained, as ordered; it signs nothing")]
    public static partial void GroupDrained(ILogger logger);

    [LoggerMessage(1021, LogLevel.Critical, "The watchdog caught what should not happen; it goes on")]
    public static partial void WatchdogThrew(ILogger logger, Exception exception);

    [LoggerMessage(1020, LogLevel.Warning, "The probe key of {Token} was neither found nor made: {Why}")]
    public static partial void ProbeKeyFailed(ILogger logger, TokenInfo token, string why);
}
