using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Auditing;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Options;
using Appliance.Signing.Keys;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`audit verify`: what of the trail is broken, missing or added.</summary>
internal static class AuditVerifyCommand
{
    private const int MostKeyBytes = 64 * 1024;
    private const int MostCertificateBytes = 1024 * 1024;

    public static AdminCommand Build(CommandEnvironment environment)
    {
        var from = new Option<DateTimeOffset?>("--from")
        {
            Description = "Leaves out chains that were closed before.",
            HelpName = "TIME",
            CustomParser = CommandOptions.ParseTime,
        };
        var key = new Option<FileInfo?>("--key")
        {
            Description = "The public key of the seals (PEM), from elsewhere than this installation.",
            HelpName = "FILE",
        };
        var authority = new Option<FileInfo?>("--ca")
        {
            Description = "Certificates to verify the seals' time stamps by (PEM), a root among them. Default: the "
                + "configured units'.",
            HelpName = "FILE",
        };
        var command = new AdminCommand(
            "verify", "Verifies the audit trail's chains and seals.", AdminRoles.Auditor, changes: false)
        {
            from, key, authority,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            using var given = parsed.GetValue(key) is { } file
                ? Import(await environment.Caller.ReadFileAsync(file, MostKeyBytes, cancellationToken)
                    .ConfigureAwait(false))
                : null;
            using var own = given is null ? Load(bench) : null;
            var stamps = new SealStampCheck(parsed.GetValue(authority) is { } trusted
                ? ImportCertificates(await environment.Caller.ReadFileAsync(
                    trusted, MostCertificateBytes, cancellationToken).ConfigureAwait(false))
                : LoadCertificates(bench.Composition.Options.Timestamping));
            if (parsed.GetValue(authority) is { } without && !stamps.HasRoots)
            {
                throw new CommandException(
                    $"{without} has no root certificate: put the CA's own, self-signed one there.");
            }

            var heads = bench.Store.Writers.Select(writer => writer.Audit.Head).OfType<AuditHead>().ToList();
            var report = AuditVerification.Run(
                bench.Store,
                new AuditVerificationOptions
                {
                    VerifySignature = given is not null
                        ? (hash, signature) => given.VerifyHash(
                            hash.Span, signature.Span, DSASignatureFormat.Rfc3279DerSequence)
                        : own is null ? null : own.Verify,
                    VerifyTimestamp = stamps.FindFault,
                    Live = heads,
                    Remembered = SealMemory.Read(bench.Composition.SealMemory),
                    From = parsed.GetValue(from)?.ToUnixTimeMilliseconds() ?? 0,
                },
                environment.Time,
                cancellationToken);
            if (report.Timestamps > 0 && !stamps.HasRoots)
            {
                bench.Reply.Warn(
                    "No root to verify time stamps by is known: who made them was not looked at; see --ca.");
            }

            Answer(bench.Reply, report, isVerifiedByKey: given is not null || own is not null);
            return report.IsSound ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static AuditSealKey? Load(Workbench bench)
        => bench.Store.Read(
            bench.Composition.SealKeyMac, static (connection, mac) => AuditSealKey.Load(connection, mac));

    private static ECDsa Import(byte[] pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.ASCII.GetString(pem));
            return key;
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new CommandException("--key is no EC public key in PEM; `appliance audit key` prints one.");
        }
    }

    private static X509Certificate2Collection ImportCertificates(byte[] pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Encoding.ASCII.GetString(pem));
        }
        catch (CryptographicException)
        {
            // As when there is none.
        }

        return certificates.Count > 0
            ? certificates
            : throw new CommandException("--ca has no certificate in PEM.");
    }

    /// <summary>Those of units whose file is there; the doctor tells of others.</summary>
    private static X509Certificate2Collection LoadCertificates(TimestampingSettings settings)
    {
        var certificates = new X509Certificate2Collection();
        foreach (var unit in settings.Units.Values)
        {
            try
            {
                certificates.ImportFromPemFile(unit.Certificates);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException
                or CryptographicException or ArgumentException)
            {
                // As when there is none.
            }
        }

        return certificates;
    }

    private static void Answer(CommandReply reply, AuditReport report, bool isVerifiedByKey)
    {
        if (reply.Json)
        {
            reply.Write(Describe(report), CommandJson.Default.AuditReportDocument);
            return;
        }

        foreach (var finding in report.Findings)
        {
            reply.Say(finding.Text);
        }

        foreach (var notice in report.Notices)
        {
            reply.Say(notice);
        }

        if (!isVerifiedByKey)
        {
            reply.Say("No key for seals was made yet: signatures were not looked at.");
        }

        reply.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Records} records in {report.Chains} chains and {report.Seals} seals, {report.Timestamps} of them "
            + $"with time stamps, in {report.Elapsed.TotalSeconds:F1} s; {report.Unsealed} not sealed yet, "
            + $"{report.Removed} removed after their time."));
        reply.Say(report.IsSound
            ? "The audit trail is sound."
            : string.Create(
                CultureInfo.InvariantCulture, $"The audit trail is NOT sound: {report.FindingCount} findings."));
    }

    private static AuditReportDocument Describe(AuditReport report) => new()
    {
        Sound = report.IsSound,
        Records = report.Records,
        Chains = report.Chains,
        Seals = report.Seals,
        Timestamps = report.Timestamps,
        Unsealed = report.Unsealed,
        Removed = report.Removed,
        Seconds = report.Elapsed.TotalSeconds,
        FindingCount = report.FindingCount,
        Findings =
        [
            .. report.Findings.Select(finding => new AuditFindingDocument(
                finding.Kind.ToString(), finding.Chain, finding.Position, finding.Seal, finding.Text)),
        ],
        Notices = report.Notices,
    };
}
