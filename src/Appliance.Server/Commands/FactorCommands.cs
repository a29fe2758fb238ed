using System.CommandLine;
using Appliance.Factors;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Commands.Documents;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`factor enrol` and `factor activate`, and the other commands of factors beside them.</summary>
internal static class FactorCommands
{
    public static Command Build(CommandEnvironment environment) => new("factor", "What signers prove themselves with.")
    {
        BuildEnrol(environment),
        BuildActivate(environment),
        FactorEnrolmentCommands.BuildInvite(environment),
        FactorEnrolmentCommands.BuildReset(environment),
        FactorEnrolmentCommands.BuildPin(environment),
    };

    private static AdminCommand BuildEnrol(CommandEnvironment environment)
    {
        var user = CommandOptions.User();
        var png = new Option<FileInfo?>("--png")
        {
            Description = "Also write the QR code as PNG; the file holds the secret.",
            HelpName = "FILE",
        };
        var command = new AdminCommand(
            "enrol", "Gives a signer a new TOTP secret; an earlier one ends.", AdminRoles.Operator)
        {
            user, png,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var (signer, _) = bench.FindSigner(parsed.GetRequiredValue(user)!);
            var factors = bench.Factors;
            using var enrolment = await bench.Loop.WriteAsync(
                connection =>
                {
                    var made = factors.Enrol(connection, signer.Id, signer.UserName);
                    Audit(connection, bench, AuditEvent.FactorEnrolled, AuditOutcome.Ok, signer);
                    return made;
                },
                cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(png) is { } picture)
            {
                await environment.Caller
                    .WriteFileAsync(picture, QrCode.Png(enrolment.Uri()), secret: true, cancellationToken)
                    .ConfigureAwait(false);
            }

            Answer(bench.Reply, enrolment, signer);
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildActivate(CommandEnvironment environment)
    {
        var user = CommandOptions.User();
        var code = new Option<string>("--code")
        {
            Description = "What the signer's application shows now; it pairs and authorises nothing else.",
            HelpName = "C",
            Required = true,
        };
        var command = new AdminCommand(
            "activate", "Activates an enrolled factor by its first code.", AdminRoles.Operator)
        {
            user, code,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var (signer, _) = bench.FindSigner(parsed.GetRequiredValue(user)!);
            var factors = bench.Factors;
            var given = parsed.GetRequiredValue(code);
            var status = await bench.Loop.WriteAsync(
                connection =>
                {
                    var tried = factors.Activate(connection, signer.Id, given);
                    AuditActivation(connection, bench, tried, signer);
                    return tried;
                },
                cancellationToken).ConfigureAwait(false);
            if (status != FactorStatus.Accepted)
            {
                throw new CommandException(Explain(status, signer.UserName));
            }

            if (bench.Reply.Json)
            {
                bench.Reply.Write(
                    new ActivationDocument(signer.UserName, true), CommandJson.Default.ActivationDocument);
            }

            bench.Reply.Say($"The factor of {signer.UserName} is active.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Answer(CommandReply reply, TotpEnrolment enrolment, SignerRow signer)
    {
        var uri = enrolment.Uri();
        if (reply.Json)
        {
            reply.Write(new FactorDocument(uri, enrolment.SecretText()), CommandJson.Default.FactorDocument);
            return;
        }

        reply.QrCode(uri);
        reply.Say(uri);
        reply.Say("Scan it with an authenticator application, or type the secret there; it is shown only now:");
        reply.Say(enrolment.SecretText());
        reply.Say($"Then: appliance factor activate --user {signer.UserName} --code CODE");
    }

    private static void AuditActivation(
        StoreConnection connection,
        Workbench bench,
        FactorStatus status,
        SignerRow signer)
    {
        if (status == FactorStatus.Accepted)
        {
            Audit(connection, bench, AuditEvent.FactorActivated, AuditOutcome.Ok, signer);
            return;
        }

        Audit(connection, bench, AuditEvent.FactorActivated, AuditOutcome.Refused, signer, status.ToString());
        if (status == FactorStatus.JustLocked)
        {
            Audit(connection, bench, AuditEvent.FactorLocked, AuditOutcome.Ok, signer);
        }
    }

    private static void Audit(
        StoreConnection connection,
        Workbench bench,
        AuditEvent happened,
        AuditOutcome outcome,
        SignerRow signer,
        string? detail = null)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = bench.Composition.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            Event = happened,
            Outcome = outcome,
            SignerId = signer.Id,
            Detail = detail,
            Actor = bench.Actor,
        });

    private static string Explain(FactorStatus status, string user) => status switch
    {
        FactorStatus.Missing => "There is no code; give the one that the signer's application shows (--code).",
        FactorStatus.NotPaired => $"{user} has no factor that waits for its first code; run `factor enrol` first.",
        FactorStatus.Locked => $"The factor of {user} is locked; enrol a new one.",
        FactorStatus.JustLocked => $"That was one wrong code too many: {user}'s factor is locked; enrol a new one.",
        FactorStatus.Replayed => "This code was used before; wait for the next one.",
        FactorStatus.Wrong => "The code is wrong; check the clock of the signer's device and this machine's.",
        _ => $"The secret of {user}'s factor was changed behind the appliance's back; enrol a new one.",
    };
}
