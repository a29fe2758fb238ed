using System.CommandLine;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>`timestamp batch`: one token for many files, and for each file evidence that stands alone.</summary>
internal static class TimestampBatchCommand
{
    public static Command Build(CommandEnvironment environment)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Files, or directories with all that is below them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<DirectoryInfo?>("--out")
        {
            Description = "A directory for the evidence, arranged as the files are; default: beside each file.",
            HelpName = "DIR",
        };
        var tokens = new Option<bool>("--tokens")
        {
            Description = "Beside FILE.ers also a time stamp of its own for each file, FILE.tsr.",
        };
        var record = new Option<bool>("--evidence-record")
        {
            Description = "Writes FILE.ers as an EvidenceRecord around the ArchiveTimeStamp.",
        };
        var onlyNew = new Option<bool>("--only-new")
        {
            Description = "Leaves out files that have evidence.",
        };
        var authority = new TsaOptions();
        var command = new Command(
            "batch", $"Has up to {TimestampBatch.MaxDigests:N0} files stamped by one token (RFC 4998).")
        {
            files, output, tokens, record, onlyNew,
        };
        authority.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await Task.Yield();
            using var client = new TsaClient(authority.TargetOf(parsed), environment.Time);
            var run = new BatchRun(environment, parsed, authority, client)
            {
                Directory = parsed.GetValue(output)?.ToString(),
                HasTokens = parsed.GetValue(tokens),
                IsRecord = parsed.GetValue(record),
                OnlyNew = parsed.GetValue(onlyNew),
            };
            await run.GoAsync(parsed.GetRequiredValue(files), cancellationToken).ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }
}
