using System.CommandLine;

namespace Appliance.Server.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommandOptions
{
    public static Option<string> User() => new("--user")
    {
        Description = "The signer's user name.",
        HelpName = "U",
        Required = true,
    };
}
