using System.CommandLine;

namespace Appliance.Server.Commands;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<FileInfo?> Config { get; } = new("--config")
    {
        Description = "JSON file with the appliance's options (default: appsettings.json).",
        HelpName = "FILE",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Answer in JSON, for scripts.",
        Recursive = true,
    };

    public static Option<string[]> Set { get; } = new("--set")
    {
        Description = "Overrides one option, for example --set Store:Path=/var/lib/appliance/store.db.",
        HelpName = "KEY=VALUE",
        Recursive = true,
    };
}
