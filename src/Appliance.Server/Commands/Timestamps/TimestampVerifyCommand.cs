using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Appliance.Server.Commands.Documents;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>`timestamp verify`: are these files what was stamped, by whom, and when?</summary>
internal static class TimestampVerifyCommand
{
    public static Command Build(CommandEnvironment environment)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Files, or directories with all that is below them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var token = new Option<FileInfo?>("--token")
        {
            Description = "The evidence of a single file; default: whatever is there of FILE.tsr, FILE.tst, FILE.ers.",
            HelpName = "FILE",
        };
        var evidence = new Option<DirectoryInfo?>("--evidence")
        {
            Description = "Where `timestamp batch --out` put the evidence; default: beside each file.",
            HelpName = "DIR",
        };
        var authorities = new Option<FileInfo>("--ca")
        {
            Description = "Certificates of the authorities that are trusted (PEM).",
            HelpName = "FILE",
            Required = true,
        };
        var untrusted = new Option<FileInfo?>("--untrusted")
        {
            Description = "Certificates that the evidence may have left out: the unit's, or between it and the CA's.",
            HelpName = "FILE",
        };
        var command = new Command("verify", "Verifies files and their time stamps (RFC 3161, RFC 4998).")
        {
            files, token, evidence, authorities, untrusted,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await Task.Yield();
            var others = parsed.GetValue(untrusted) is { } more ? CertificateFile.Load(more) : null;
            var verifier = new EvidenceVerifier(
                new TimestampVerifier(CertificateFile.Load(parsed.GetRequiredValue(authorities)), others));
            var names = parsed.GetRequiredValue(files);
            if (parsed.GetValue(token) is not { } single)
            {
                var directory = parsed.GetValue(evidence)?.FullName;
                return Answer(
                    CommandReply.For(parsed, environment),
                    environment,
                    SourceFile.Find(names).ToList()
                        .AsParallel().AsOrdered()
                        .WithMergeOptions(ParallelMergeOptions.NotBuffered)
                        .WithCancellation(cancellationToken)
                        .SelectMany(file => verifier.VerifyAll(file, directory, cancellationToken)));
            }

            return names is [var name]
                ? Answer(
                    CommandReply.For(parsed, environment),
                    environment,
                    [verifier.Verify(name, single.FullName, cancellationToken)])
                : throw new CommandException("--token is the evidence of a single file.");
        });
        return command;
    }

    private static int Answer(CommandReply reply, CommandEnvironment environment, IEnumerable<EvidenceFinding> findings)
    {
        var list = new JsonList<VerificationDocument>(
            environment.Output, CommandJson.Default.VerificationDocument);
        var (valid, invalid) = (0, 0);
        foreach (var finding in findings)
        {
            _ = finding.IsValid ? valid++ : invalid++;
            if (reply.Json)
            {
                list.Add(VerificationDocument.Of(finding));
            }
            else
            {
                Say(reply, finding);
            }
        }

        if (reply.Json)
        {
            list.End();
        }

        if (valid + invalid > 1)
        {
            reply.Say(FormattableString.Invariant($"{valid} valid, {invalid} not valid."));
        }
        else if (valid + invalid == 0)
        {
            throw new CommandException("There are no files.");
        }

        return invalid == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Say(CommandReply reply, EvidenceFinding finding)
    {
        reply.Say(finding.IsValid
            ? $"{finding.File}: valid ({finding.Path})"
            : $"{finding.File}: NOT VALID{(finding.Path is { } path ? $" ({path})" : "")}: {finding.Text}");
        if (finding.Result?.Token is not { } said)
        {
            return;
        }

        // What a token says that is not valid is hearsay, and may still lead to what went wrong.
        var accuracy = said.Accuracy is { } known ? $", accurate to {TimestampText.Accuracy(known)}" : "";
        reply.Say($"  time    {TimestampText.Time(said.Time)}{accuracy}");
        reply.Say($"  by      {NameOf(finding.Result.Signer)}");
        reply.Say($"  policy  {said.Policy}");
        reply.Say($"  serial  {TimestampText.Serial(said)}");
        reply.Say($"  {said.HashAlgorithm.Name,-7} {Convert.ToHexStringLower(said.Digest.Span)}"
            + (finding.Kind is EvidenceKind.ArchiveTimestamp or EvidenceKind.EvidenceRecord ? " (of the batch)" : ""));
    }

    private static string NameOf(X509Certificate2? signer)
        => signer is null ? "whoever signed it is not known" : FailureText.Printable(signer.Subject);
}
