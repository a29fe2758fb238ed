using System.CommandLine;
using System.Globalization;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Auditing;
using Appliance.Server.Commands.Documents;
using Appliance.Signing.Keys;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Server.Commands;

/// <summary>`audit seal`, `audit seals` and `audit key`.</summary>
internal static class AuditSealCommands
{
    private const int MostListed = 10_000;

    public static AdminCommand BuildSeal(CommandEnvironment environment)
    {
        var command = new AdminCommand("seal", "Seals the audit trail now.", AdminRoles.Auditor);
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            try
            {
                var seal = bench.Live is { } live
                    ? await live.Audit.Sealer.SealAsync(cancellationToken).ConfigureAwait(false)
                    : await SealAsync(bench, cancellationToken).ConfigureAwait(false);
                Answer(bench.Reply, [seal]);
            }
            catch (AuditSealException error)
            {
                throw new CommandException($"The audit trail cannot be sealed now: {error.Message}");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    public static AdminCommand BuildSeals(CommandEnvironment environment)
    {
        var after = new Option<long>("--after") { Description = "Seals behind this number.", HelpName = "N" };
        var limit = new Option<int>("--limit")
        {
            Description = "At most this many, 1 to 10,000.",
            HelpName = "N",
            DefaultValueFactory = static _ => 100,
        };
        var command = new AdminCommand(
            "seals", "Lists seals, with what is signed and the signature (--json).", AdminRoles.Auditor, changes: false)
        {
            after, limit,
        };
        command.SetAction(environment, async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            var (from, most) = (parsed.GetValue(after), Math.Clamp(parsed.GetValue(limit), 1, MostListed));
            Answer(bench.Reply, bench.Store.Read(connection => connection.Audit.Seals.List(from, most)));
            return ExitCode.Ok;
        });
        return command;
    }

    public static AdminCommand BuildKey(CommandEnvironment environment)
    {
        var command = new AdminCommand(
            "key", "Prints the public key that seals are verified by (PEM).", AdminRoles.Auditor, changes: false);
        command.SetAction(environment, async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            using var key = bench.Store.Read(
                bench.Composition.SealKeyMac, static (connection, mac) => AuditSealKey.Load(connection, mac))
                ?? throw new CommandException("No key for seals was made yet; `appliance audit seal` makes it.");
            if (bench.Reply.Json)
            {
                bench.Reply.Write(new AuditKeyDocument(key.PublicKey), CommandJson.Default.AuditKeyDocument);
            }

            bench.Reply.Say(key.PublicKey);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<AuditSealRow> SealAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var composition = bench.Composition;
        using var key = await AuditSealKey.EnsureAsync(
            bench.Loop,
            bench.Store,
            composition.Token,
            composition.SealKeyMac,
            composition.Time,
            bench.Actor,
            cancellationToken).ConfigureAwait(false);
        var sealer = new AuditSealer(
            bench.Loop,
            (hash, _) => ValueTask.FromResult(key.Sign(composition.Token, hash.Span)),
            new AuditSealerOptions
            {
                Interval = TimeSpan.Zero,
                Stored = seal => SealMemory.Write(composition.SealMemory, seal),
            },
            composition.Time,
            NullLogger<AuditSealer>.Instance);
        await using var _ = sealer.ConfigureAwait(false);
        return await sealer.SealAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Answer(CommandReply reply, IReadOnlyList<AuditSealRow> seals)
    {
        var documents = seals.Select(Describe).ToList();
        if (reply.Json)
        {
            reply.Write(documents, CommandJson.Default.IReadOnlyListAuditSealDocument);
            return;
        }

        reply.Table(
            ["Seal", "Time (UTC)", "Chains", "Time stamp", "SHA-256"],
            documents.Select(document => new[]
            {
                document.Number.ToString(CultureInfo.InvariantCulture),
                document.At.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
                document.Chains.ToString(CultureInfo.InvariantCulture),
                document.Timestamp is null ? "" : "yes",
                document.Hash,
            }));
    }

    internal static AuditSealDocument Describe(AuditSealRow seal) => new()
    {
        Number = seal.Number,
        At = DateTimeOffset.FromUnixTimeMilliseconds(seal.At),
        Chains = AuditSeal.TryParse(seal.Body)?.Chains.Count ?? 0,
        Hash = Convert.ToHexStringLower(seal.Hash),
        Body = Convert.ToBase64String(seal.Body),
        Signature = Convert.ToBase64String(seal.Signature),
        Timestamp = seal.Timestamp is { } token ? Convert.ToBase64String(token) : null,
    };
}
