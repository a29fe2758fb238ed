namespace Appliance.Server.Commands.Checks;

/// <summary>How a check of `doctor` ended.</summary>
internal enum CheckResult
{
    Ok,

    /// <summary>Works now; somebody should act.</summary>
    Warning,

    Failed,

    /// <summary>Could not be looked at because of an earlier failure.</summary>
    Skipped,
}
