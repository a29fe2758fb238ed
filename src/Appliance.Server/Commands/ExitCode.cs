namespace Appliance.Server.Commands;

/// <summary>What the commands exit with; scripts rely on it.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>Refused or failed; one sentence on standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;
}
