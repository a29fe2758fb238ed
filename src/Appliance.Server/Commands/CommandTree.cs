using System.CommandLine;
using Appliance.Server.Commands.Clients;
using Appliance.Server.Commands.SlotControl;
using Appliance.Server.Commands.Timestamps;
using Appliance.Server.Commands.Tokens;

namespace Appliance.Server.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    public static RootCommand Build(CommandEnvironment environment) => new("HSM signing appliance (CSC API).")
    {
        GlobalOptions.Config,
        GlobalOptions.Json,
        GlobalOptions.Set,
        ServeCommand.Build(environment),
        InitCommand.Build(environment),
        DoctorCommand.Build(environment),
        SignerCommands.Build(environment),
        OrganisationCommands.Build(environment),
        CredentialCommands.Build(environment),
        PackageCommands.Build(environment),
        ClientCommands.Build(environment),
        FactorCommands.Build(environment),
        TimestampCommands.Build(environment),
        AuditCommands.Build(environment),
        AdminCommands.Build(environment),
        TokenCommands.Build(environment),
        StatusCommand.Build(environment),
        SlotsCommand.Build(environment),
    };
}
