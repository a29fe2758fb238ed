using System.CommandLine;
using Appliance.Server.Commands.Documents;

namespace Appliance.Server.Commands;

/// <summary>`signer add` and `signer import`.</summary>
internal static class SignerCommands
{
    public static Command Build(CommandEnvironment environment)
    {
        var command = new Command("signer", "The people and organisations that sign.");
        command.Add(BuildAdd(environment));
        command.Add(BuildImport(environment));
        return command;
    }

    private static Command BuildAdd(CommandEnvironment environment)
    {
        var user = CommandOptions.User();
        var name = new Option<string>("--name") { Description = "Name shown to people.", Required = true };
        var passwordFile = new Option<FileInfo?>("--password-file")
        {
            Description = "File whose first line is the password; without it the password is prompted for.",
            HelpName = "FILE",
        };
        var command = new Command("add", "Adds a signer with a password.") { user, name, passwordFile };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var reply = CommandReply.For(parsed, environment);
            var password = Passwords.Read(parsed.GetValue(passwordFile), environment);
            await using var bench = Workbench.Open(parsed, environment);
            var signer = await bench.Directory
                .AddAsync(parsed.GetRequiredValue(user), parsed.GetRequiredValue(name), password, cancellationToken)
                .ConfigureAwait(false);
            Answer(reply, signer);
            return ExitCode.Ok;
        });
        return command;
    }
}
