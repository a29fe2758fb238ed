using System.CommandLine;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>
/// `timestamp`. What asks for time stamps and verifies them is for everybody and needs neither token nor store: it
/// runs in the caller's process, where the files are.
/// </summary>
internal static class TimestampCommands
{
    public static Command Build(CommandEnvironment environment) => new("timestamp", "Time stamps and their authority.")
    {
        TimestampCreateCommand.Build(environment),
        TimestampVerifyCommand.Build(environment),
        TimestampBatchCommand.Build(environment),
        new Command("unit", "Time-stamping units: keys and certificates.")
        {
            new UnitCreateCommand().Build(environment),
            UnitListCommand.Build(environment),
        },
        ClockCommands.Build(environment),
    };
}
