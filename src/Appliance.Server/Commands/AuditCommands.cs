using System.CommandLine;
using System.Globalization;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Commands.Documents;

namespace Appliance.Server.Commands;

/// <summary>`audit` and `audit show`.</summary>
internal static class AuditCommands
{
    /// <summary>Serial numbers of time stamps have 20 bytes.</summary>
    private const int SerialDigits = 40;

    public static Command Build(CommandEnvironment environment) => new("audit", "The audit trail.")
    {
        BuildShow(environment),
        AuditVerifyCommand.Build(environment),
        AuditSealCommands.BuildSeal(environment),
        AuditSealCommands.BuildSeals(environment),
        AuditSealCommands.BuildKey(environment),
        AuditExportCommand.Build(environment),
        AuditPruneCommand.Build(environment),
    };

    private static AdminCommand BuildShow(CommandEnvironment environment)
    {
        var user = CommandOptions.User(required: false);
        var credential = new Option<Guid?>("--credential") { Description = "Only this credential's.", HelpName = "ID" };
        var name = new Option<string?>("--event")
        {
            Description = "Only this event, for example signhash.intent.",
            HelpName = "NAME",
        };
        var limit = new Option<int>("--limit")
        {
            Description = "At most this many records, 1 to 10,000.",
            HelpName = "N",
            DefaultValueFactory = static _ => 100,
        };
        var admin = new Option<string?>("--admin") { Description = "Only what this admin did.", HelpName = "NAME" };
        var organisation = new Option<Guid?>("--organisation")
        {
            Description = "Only this organisation's.",
            HelpName = "ID",
        };
        var request = new Option<Guid?>("--request") { Description = "Only this request's.", HelpName = "ID" };
        var serial = new Option<string?>("--serial")
        {
            Description = "Only about the time stamp of this serial number, in hexadecimal.",
            HelpName = "HEX",
        };
        var digest = new Option<string?>("--digest")
        {
            Description = "Only with this digest: a time stamp's imprint, in hexadecimal.",
            HelpName = "HEX",
        };
        var from = Time("--from", "Only at or after this time.");
        var to = Time("--to", "Only before this time.");
        var all = new Option<bool>("--all") { Description = "Also the trail's records about itself: chains, seals." };
        var command = new AdminCommand("show", "Shows audit records, newest first.", AdminRoles.Auditor, changes: false)
        {
            user, credential, name, admin, organisation, request, serial, digest, from, to, limit, all,
        };
        command.SetAction(environment, async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            var query = new AuditQuery
            {
                SignerId = parsed.GetValue(user) is { } asked ? bench.FindSigner(asked).Signer.Id
                    : parsed.GetValue(organisation),
                CredentialId = parsed.GetValue(credential),
                Event = parsed.GetValue(name) is { } wanted ? ParseEvent(wanted) : null,
                Actor = parsed.GetValue(admin),
                RequestId = parsed.GetValue(request),
                Serial = parsed.GetValue(serial) is { } number ? ParseSerial(number) : null,
                Digest = parsed.GetValue(digest) is { } hash ? ParseHex("--digest", hash) : null,
                From = parsed.GetValue(from)?.ToUnixTimeMilliseconds(),
                To = parsed.GetValue(to)?.ToUnixTimeMilliseconds(),
                Bookkeeping = parsed.GetValue(all),
                Limit = CheckLimit(parsed.GetValue(limit)),
            };
            var entries = bench.Store.Read(connection => AuditTrail.Read(connection, query));
            Answer(bench, entries);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = CommandOptions.ParseTime,
    };

    /// <summary>As tools print it, with 0x, colons or fewer digits, and as the trail has it.</summary>
    private static string ParseSerial(string text)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        digits = digits.Replace(":", "", StringComparison.Ordinal).TrimStart('0').PadLeft(SerialDigits, '0');
        return digits.Length == SerialDigits
            ? Convert.ToHexString(ParseHex("--serial", digits))
            : throw new CommandException("--serial has more digits than a serial number of this authority.");
    }

    private static byte[] ParseHex(string option, string text)
    {
        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            throw new CommandException($"{option} is not hexadecimal.");
        }
    }

    private static void Answer(Workbench bench, IReadOnlyList<AuditEntry> entries)
    {
        var names = new Dictionary<Guid, string>();
        var clients = new Dictionary<Guid, string>();
        var nodes = new Dictionary<long, string?>();
        var documents = entries.Select(entry => Describe(entry, NameOf, NodeOf(entry.Chain))).ToList();
        if (bench.Reply.Json)
        {
            bench.Reply.Write(documents, CommandJson.Default.IReadOnlyListAuditDocument);
            return;
        }

        bench.Reply.Table(
            ["Chain:no.", "Time (UTC)", "Event", "Outcome", "User", "Credential", "Client", "Count", "Admin", "Detail"],
            documents.Select(document => ToCells(document, ClientOf(document.ClientId))));

        string ClientOf(Guid? clientId)
        {
            if (clientId is not { } id)
            {
                return "";
            }

            if (!clients.TryGetValue(id, out var found))
            {
                found = bench.Store.Read(id, static (connection, id) => connection.Clients.Find(id)?.Name)
                    ?? id.ToString("D");
                clients.Add(id, found);
            }

            return found;
        }

        string? NodeOf(long chain)
        {
            if (!nodes.TryGetValue(chain, out var found))
            {
                var row = bench.Store.Read(chain, static (connection, id) => connection.Audit.Chains.Find(id));
                nodes.Add(chain, found = string.IsNullOrEmpty(row?.Node) ? null : row.Node);
            }

            return found;
        }

        string NameOf(Guid signerId)
        {
            if (!names.TryGetValue(signerId, out var found))
            {
                names.Add(signerId, found = bench.UserNameOf(signerId));
            }

            return found;
        }
    }

    internal static AuditDocument Describe(AuditEntry entry, Func<Guid, string> nameOf, string? node = null) => new()
    {
        Sequence = entry.Sequence,
        Chain = entry.Chain,
        Position = entry.Position,
        Node = node,
        Hash = entry.Hash.IsEmpty ? null : Convert.ToHexStringLower(entry.Hash.Span),
        At = DateTimeOffset.FromUnixTimeMilliseconds(entry.Record.At),
        Event = entry.EventName,
        Outcome = entry.Record.Outcome.ToString().ToLowerInvariant(),
        User = entry.Record.SignerId is { } signer ? nameOf(signer) : null,
        SignerId = entry.Record.SignerId,
        CredentialId = entry.Record.CredentialId,
        ActivationId = entry.Record.ActivationId,
        ClientId = entry.Record.ClientId,
        RequestId = entry.Record.RequestId,
        Count = entry.Record.Count,
        Digest = entry.Record.Digest.IsEmpty ? null : Convert.ToHexStringLower(entry.Record.Digest.Span),
        Detail = entry.Record.Detail,
        Actor = entry.Record.Actor,
    };

    private static IReadOnlyList<string> ToCells(AuditDocument document, string client) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{document.Chain}:{document.Position}"),
        document.At.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        document.Event,
        document.Outcome,
        document.User ?? "",
        document.CredentialId?.ToString("D") ?? "",
        client,
        document.Count == 0 ? "" : document.Count.ToString(CultureInfo.InvariantCulture),
        document.Actor ?? "",
        document.Detail ?? "",
    ];

    private static AuditEvent ParseEvent(string name)
    {
        var found = AuditEvents.Parse(name);
        return found != AuditEvent.Unknown
            ? found
            : throw new CommandException(
                $"There is no audit event \"{name}\"; it is one of "
                + $"{string.Join(", ", Enum.GetValues<AuditEvent>().Skip(1).Select(AuditEvents.NameOf))}.");
    }

    private static int CheckLimit(int limit)
        => limit is >= 1 and <= 10_000 ? limit : throw new CommandException("--limit is 1 to 10,000.");
}
