using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Sessions.Wrapped;

/// <summary>Events 1050 to 1059: wrapped keys.</summary>
internal static partial class WrappedLog
{
    [LoggerMessage(
        1050, LogLevel.Warning, "{Key} cannot be unwrapped by {Token}: {ReturnValue}; whatever needs it fails")]
    public static partial void NotUnwrapped(ILogger logger, KeyReference key, TokenInfo token, string returnValue);

    [LoggerMessage(
        1051,
        LogLevel.Warning,
        "{Token} has no room for more unwrapped keys ({ReturnValue}): an owner keeps {Limit} from now on")]
    public static partial void FewerKeys(ILogger logger, TokenInfo token, string returnValue, int limit);

    [LoggerMessage(
        1052, LogLevel.Warning, "The session of {Token} that owned {Count} unwrapped keys is lost ({ReturnValue})")]
    public static partial void OwnerLost(ILogger logger, TokenInfo token, int count, string returnValue);

    [LoggerMessage(
        1053, LogLevel.Critical, "An owner of unwrapped keys of {Token} caught what should not happen; it goes on")]
    public static partial void OwnerThrew(ILogger logger, TokenInfo token, Exception exception);
}
