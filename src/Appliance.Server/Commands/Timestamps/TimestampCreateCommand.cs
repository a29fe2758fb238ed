using System.CommandLine;
using Appliance.Server.Commands.Documents;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>`timestamp create`: files are hashed here, and an authority stamps the digests.</summary>
internal static class TimestampCreateCommand
{
    public static Command Build(CommandEnvironment environment)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "What is stamped; of any size.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<FileInfo?>("--out")
        {
            Description = "Where the time stamp of a single file goes; default: FILE.tsr beside it.",
            HelpName = "FILE",
        };
        var bare = new Option<bool>("--token")
        {
            Description = "Writes the bare token (FILE.tst) and not the whole TimeStampResp.",
        };
        var authority = new TsaOptions();
        var command = new Command("create", "Has files stamped by a time-stamping authority (RFC 3161).")
        {
            files, output, bare,
        };
        authority.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var names = parsed.GetRequiredValue(files);
            var single = parsed.GetValue(output)?.FullName;
            if (single is not null && names.Length > 1)
            {
                throw new CommandException("--out is for a single file; the others' time stamps go beside them.");
            }

            using var client = new TsaClient(authority.TargetOf(parsed), environment.Time);
            var run = new Run(environment, parsed, authority, client)
            {
                Bare = parsed.GetValue(bare),
                Output = single,
            };
            return await run.GoAsync(names, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>One call of the command.</summary>
    private sealed class Run(
        CommandEnvironment environment, ParseResult parsed, TsaOptions authority, TsaClient client)
    {
        private readonly CommandReply _reply = CommandReply.For(parsed, environment);
        private readonly JsonList<StampDocument> _list
            = new(environment.Output, CommandJson.Default.StampDocument);

        public required bool Bare { get; init; }

        public required string? Output { get; init; }

        /// <summary>A file that cannot be read is passed over; an authority that refuses would refuse again.</summary>
        public async Task<int> GoAsync(string[] names, CancellationToken cancellationToken)
        {
            var failed = false;
            try
            {
                foreach (var name in names)
                {
                    var path = Output ?? name + (Bare ? ".tst" : ".tsr");
                    if (Prepare(name, path, cancellationToken) is not { } question)
                    {
                        failed = true;
                        continue;
                    }

                    var answer = await client.StampAsync(question, cancellationToken).ConfigureAwait(false);
                    var content = Bare ? answer.Token : answer.Response;
                    EvidenceOutput.Write(path, content.Span, authority.IsForced(parsed));
                    Tell(name, path, answer);
                }
            }
            finally
            {
                if (_reply.Json)
                {
                    _list.End();
                }
            }

            return failed ? ExitCode.Failed : ExitCode.Ok;
        }

        private TsaQuestion? Prepare(string name, string path, CancellationToken cancellationToken)
        {
            try
            {
                EvidenceOutput.Check(path, authority.IsForced(parsed));
                return authority.NewQuestion(
                    parsed, FileDigest.Of(name, authority.HashOf(parsed), cancellationToken));
            }
            catch (CommandException error)
            {
                _reply.Error(error.Message);
                if (_reply.Json)
                {
                    _list.Add(new StampDocument { File = name, Error = error.Message });
                }

                return null;
            }
        }

        private void Tell(string name, string path, TsaAnswer answer)
        {
            if (_reply.Json)
            {
                _list.Add(StampDocument.Of(name, path, answer.Said));
            }

            _reply.Say($"{path}: {TimestampText.Time(answer.Said.Time)}, serial {TimestampText.Serial(answer.Said)}");
        }
    }
}
