using System.CommandLine;
using Appliance.Factors;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;

namespace Appliance.Server.Commands;

/// <summary>`factor invite`, `factor reset` and `factor pin`: enrolment in an admin's name.</summary>
internal static class FactorEnrolmentCommands
{
    public static AdminCommand BuildInvite(CommandEnvironment environment)
    {
        var user = CommandOptions.User();
        var activation = new Option<bool>("--activation")
        {
            Description = "To activate the account instead: prove the telephone and choose a password.",
        };
        var command = new AdminCommand(
            "invite",
            "Mails a signer a link that pairs an authenticator; for a locked one, that is how it is unlocked.",
            AdminRoles.Operator)
        {
            user, activation,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var purpose = parsed.GetValue(activation) ? LinkPurpose.Activation : LinkPurpose.Pairing;
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var (signer, _) = bench.FindSigner(parsed.GetRequiredValue(user)!);
            var bearer = EnrolmentBearer.OfAdmin(bench.Actor, signer.Id);
            var result = await bench.Enrolment.InviteAsync(bearer, purpose, cancellationToken).ConfigureAwait(false);
            Answer(bench.Reply, result, signer.UserName);
            return ExitCode.Ok;
        });
        return command;
    }

    public static AdminCommand BuildReset(CommandEnvironment environment)
    {
        var user = CommandOptions.User();
        var command = new AdminCommand(
            "reset",
            "Voids a signer's authenticator at once and mails a link that pairs another.",
            AdminRoles.Operator)
        {
            user,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var (signer, _) = bench.FindSigner(parsed.GetRequiredValue(user)!);
            var bearer = EnrolmentBearer.OfAdmin(bench.Actor, signer.Id);
            var result = await bench.Enrolment.ResetAsync(bearer, cancellationToken).ConfigureAwait(false);
            Answer(bench.Reply, result, signer.UserName);
            return ExitCode.Ok;
        });
        return command;
    }

    public static AdminCommand BuildPin(CommandEnvironment environment)
    {
        var user = CommandOptions.User();
        var file = new Option<FileInfo?>("--pin-file")
        {
            Description = "File whose first line is the PIN; without it the PIN is prompted for.",
            HelpName = "F",
        };
        var command = new AdminCommand(
            "pin", "Sets a signer's PIN, 4 to 12 digits; a locked one is unlocked by it.", AdminRoles.Operator)
        {
            user, file,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var pin = await environment.Caller
                .ReadPasswordAsync(parsed.GetValue(file), cancellationToken)
                .ConfigureAwait(false);
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var (signer, _) = bench.FindSigner(parsed.GetRequiredValue(user)!);
            var bearer = EnrolmentBearer.OfAdmin(bench.Actor, signer.Id);
            var result = await bench.Enrolment.SetPinAsync(bearer, pin, cancellationToken).ConfigureAwait(false);
            Check(result, signer.UserName);
            if (bench.Reply.Json)
            {
                bench.Reply.Write(
                    new ActivationDocument(signer.UserName, true), CommandJson.Default.ActivationDocument);
            }

            bench.Reply.Say($"The PIN of {signer.UserName} is set.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Answer(CommandReply reply, EnrolmentResult result, string user)
    {
        Check(result, user);
        var until = DateTimeOffset.FromUnixTimeMilliseconds(result.LinkExpiresAt);
        if (reply.Json)
        {
            reply.Write(
                new InvitationDocument(user, result.MaskedTo!, until), CommandJson.Default.InvitationDocument);
        }

        reply.Say(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"A link goes to {result.MaskedTo}; {user} may follow it until {until:yyyy-MM-dd HH:mm} UTC."));
    }

    private static void Check(EnrolmentResult result, string user)
    {
        if (result.Status != EnrolmentStatus.Ok)
        {
            throw new CommandException(Explain(result, user));
        }
    }

    private static string Explain(EnrolmentResult result, string user) => result.Status switch
    {
        EnrolmentStatus.ContactMissing =>
            $"{user} needs an e-mail address and a telephone; see: appliance signer contact.",
        EnrolmentStatus.SignerLimited => $"{user} is limited; restore it first.",
        EnrolmentStatus.PinRefused => string.Join(' ', result.Reasons),
        EnrolmentStatus.Overloaded => "Too much is waiting at the moment; try again shortly.",
        _ => $"It was refused: {result.Status}.",
    };
}
