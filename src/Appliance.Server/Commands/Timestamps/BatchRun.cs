using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using Appliance.Server.Commands.Documents;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>
/// One call of `timestamp batch`: 1 the files are found and their places checked; 2 each is hashed, and nothing is
/// stamped unless all could be; 3 the root of the tree over their digests, in ascending order, is stamped: it depends
/// on what the files hold and on nothing else; 4 evidence is written for each; 5 with --tokens, each has a time stamp
/// of its own.
/// </summary>
internal sealed class BatchRun(
    CommandEnvironment environment, ParseResult parsed, TsaOptions authority, TsaClient client)
{
    private const int MostErrors = 20;

    /// <summary>Requests in flight: enough to keep an authority busy, not to be all that it does.</summary>
    private const int MostInFlight = 16;

    private readonly CommandReply _reply = CommandReply.For(parsed, environment);
    private readonly bool _force = authority.IsForced(parsed);

    public required string? Directory { get; init; }

    public required bool HasTokens { get; init; }

    public required bool IsRecord { get; init; }

    public required bool OnlyNew { get; init; }

    public async Task GoAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var files = BatchPlan.Make(names, Directory, HasTokens ? [".ers", ".tsr"] : [".ers"], OnlyNew, _force);
        if (files.Count == 0)
        {
            Answer(new BatchDocument { Files = 0 }, OnlyNew ? "Every file has evidence." : "There are no files.");
            return;
        }

        if (files.Count > TimestampBatch.MaxDigests)
        {
            throw new CommandException(string.Create(
                CultureInfo.InvariantCulture,
                $"There are {files.Count:N0} files; a batch takes {TimestampBatch.MaxDigests:N0}."));
        }

        var digests = Hash(files, cancellationToken);
        var batch = new TimestampBatch(authority.HashOf(parsed), Sorted(digests));
        var answer = await client.StampAsync(authority.NewQuestion(parsed, batch.Root), cancellationToken)
            .ConfigureAwait(false);
        Write(files, digests, batch, answer, cancellationToken);
        if (HasTokens)
        {
            await StampEachAsync(files, digests, cancellationToken).ConfigureAwait(false);
        }

        Answer(
            new BatchDocument { Files = files.Count, Token = TokenDocument.Of(answer.Said) },
            string.Create(
                CultureInfo.InvariantCulture,
                $"{files.Count:N0} files: {TimestampText.Time(answer.Said.Time)}, "
                + $"serial {TimestampText.Serial(answer.Said)}"));
    }

    private static byte[][] Sorted(byte[][] digests)
    {
        var sorted = digests.ToArray();
        Array.Sort(sorted, static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return sorted;
    }

    /// <summary>All or nothing: a batch that silently lacks a file would be found out when it is too late.</summary>
    private byte[][] Hash(IReadOnlyList<SourceFile> files, CancellationToken cancellationToken)
    {
        var algorithm = authority.HashOf(parsed);
        var progress = new CommandProgress(environment, "hashed", files.Count);
        var errors = new ConcurrentQueue<(int Index, string Text)>();
        var digests = new byte[files.Count][];
        Parallel.For(0, files.Count, Options(cancellationToken), index =>
        {
            try
            {
                digests[index] = FileDigest.Of(files[index].Path, algorithm, cancellationToken);
            }
            catch (CommandException error)
            {
                errors.Enqueue((index, error.Message));
            }

            progress.Step();
        });
        if (errors.IsEmpty)
        {
            return digests;
        }

        foreach (var error in errors.OrderBy(error => error.Index).Take(MostErrors))
        {
            _reply.Error(error.Text);
        }

        throw new CommandException(string.Create(
            CultureInfo.InvariantCulture,
            $"{errors.Count:N0} of {files.Count:N0} files cannot be read; nothing was stamped."));
    }

    private void Write(
        IReadOnlyList<SourceFile> files,
        byte[][] digests,
        TimestampBatch batch,
        TsaAnswer answer,
        CancellationToken cancellationToken)
    {
        var progress = new CommandProgress(environment, "written", files.Count);
        Each(
            files.Count,
            index =>
            {
                var one = batch.For(digests[index], answer.Token);
                WriteTo(
                    files[index].EvidencePath(Directory, ".ers"), IsRecord ? EvidenceRecord.Encode(one) : one.Encode());
                progress.Step();
            },
            cancellationToken);
    }

    private async Task StampEachAsync(
        IReadOnlyList<SourceFile> files, byte[][] digests, CancellationToken cancellationToken)
    {
        var progress = new CommandProgress(environment, "stamped", files.Count);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = MostInFlight,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, files.Count, options, async (index, cancel) =>
        {
            var answer = await client.StampAsync(authority.NewQuestion(parsed, digests[index]), cancel)
                .ConfigureAwait(false);
            WriteTo(files[index].EvidencePath(Directory, ".tsr"), answer.Response);
            progress.Step();
        }).ConfigureAwait(false);
    }

    private void WriteTo(string path, ReadOnlyMemory<byte> content)
    {
        if (Directory is not null)
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }

        EvidenceOutput.Write(path, content.Span, _force);
    }

    /// <summary>In parallel; the first error is thrown as it is.</summary>
    private static void Each(int count, Action<int> action, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.For(0, count, Options(cancellationToken), action);
        }
        catch (AggregateException errors)
        {
            throw errors.Flatten().InnerExceptions[0] is CommandException first
                ? first
                : new CommandException(errors.Flatten().InnerExceptions[0].Message);
        }
    }

    private static ParallelOptions Options(CancellationToken cancellationToken)
        => new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };

    private void Answer(BatchDocument document, string sentence)
    {
        if (_reply.Json)
        {
            _reply.Write(document, CommandJson.Default.BatchDocument);
        }

        _reply.Say(sentence);
    }
}
