using System.CommandLine;
using System.Text;
using System.Text.Json;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Auditing;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`audit export`: the trail as lines for other systems, chain by chain.</summary>
internal static class AuditExportCommand
{
    private const int Page = 1_000;

    /// <summary>An object a line.</summary>
    private static readonly CommandJson s_lines = new(new JsonSerializerOptions());

    public static AdminCommand Build(CommandEnvironment environment)
    {
        var format = new Option<string>("--format")
        {
            Description = "jsonl or syslog (RFC 5424).",
            HelpName = "FORMAT",
            DefaultValueFactory = static _ => "jsonl",
        };
        format.AcceptOnlyFromAmong("jsonl", "syslog");
        var from = Time("--from", "Records at or after this time.");
        var to = Time("--to", "Records before this time.");
        var organisation = new Option<Guid?>("--organisation")
        {
            Description = "Only records that concern this organisation.",
            HelpName = "ID",
        };
        var seals = new Option<bool>("--seals")
        {
            Description = "Writes the seals, one JSON object a line, with signature and time stamp, and no records.",
        };
        var command = new AdminCommand(
            "export", "Writes the audit trail to standard output.", AdminRoles.Auditor, changes: false)
        {
            format, from, to, organisation, seals,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var isJson = parsed.GetValue(format) == "jsonl";
            var low = parsed.GetValue(from)?.ToUnixTimeMilliseconds() ?? long.MinValue;
            var high = parsed.GetValue(to)?.ToUnixTimeMilliseconds() ?? long.MaxValue;
            if (parsed.GetValue(seals))
            {
                await WriteSealsAsync(bench.Store, environment.Output, low, high, cancellationToken)
                    .ConfigureAwait(false);
                return ExitCode.Ok;
            }

            var only = parsed.GetValue(organisation);
            foreach (var (entry, node) in ReadAll(bench.Store, low))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (entry.Record.At >= low && entry.Record.At < high && (only is null || entry.Record.SignerId == only))
                {
                    var line = isJson
                        ? AuditLine.Json(entry, node)
                        : AuditLine.Syslog(entry, node, Environment.MachineName);
                    await environment.Output.WriteLineAsync(Encoding.UTF8.GetString(line)).ConfigureAwait(false);
                }
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task WriteSealsAsync(
        Store store, TextWriter output, long low, long high, CancellationToken cancellationToken)
    {
        for (var last = 0L; ;)
        {
            var page = store.Read(last, static (connection, after) => connection.Audit.Seals.List(after, Page));
            foreach (var seal in page.Where(seal => seal.At >= low && seal.At < high))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await output.WriteLineAsync(JsonSerializer.Serialize(
                    AuditSealCommands.Describe(seal), s_lines.AuditSealDocument)).ConfigureAwait(false);
            }

            if (page.Count < Page)
            {
                return;
            }

            last = page[^1].Number;
        }
    }

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = CommandOptions.ParseTime,
    };

    /// <summary>Each chain in its order, the older chain first; chains that ended before are passed over.</summary>
    private static IEnumerable<(AuditEntry Entry, string Node)> ReadAll(Store store, long from)
    {
        for (var last = -1L; ;)
        {
            var chains = store.Read(last, static (connection, after) => connection.Audit.Chains.List(after, Page));
            foreach (var chain in chains.Where(chain => chain.ClosedAt is null || chain.ClosedAt >= from))
            {
                for (var after = 0L; ;)
                {
                    var page = store.Read(
                        (chain.Id, after),
                        static (connection, at) => AuditTrail.ReadChain(connection, at.Id, at.after, Page));
                    foreach (var entry in page)
                    {
                        yield return (entry, chain.Node);
                    }

                    if (page.Count < Page)
                    {
                        break;
                    }

                    after = page[^1].Position;
                }
            }

            if (chains.Count < Page)
            {
                yield break;
            }

            last = chains[^1].Id;
        }
    }
}
