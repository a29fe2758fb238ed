using System.CommandLine;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>`timestamp ...`.</summary>
internal static class TimestampCommands
{
    public static Command Build(CommandEnvironment environment) => new("timestamp", "The time-stamping authority.")
    {
        new Command("unit", "Time-stamping units: keys and certificates.")
        {
            new UnitCreateCommand().Build(environment),
        },
        ClockCommands.Build(environment),
    };
}
