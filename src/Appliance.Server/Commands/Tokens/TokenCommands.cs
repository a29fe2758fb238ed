using System.CommandLine;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Hosting.Slots;
using Appliance.Signing.Keys;
using Appliance.Storage;

namespace Appliance.Server.Commands.Tokens;

/// <summary>`token add-root-key`: a further token from which a node can start.</summary>
internal static class TokenCommands
{
    public static Command Build(CommandEnvironment environment) => new("token", "The tokens of the group's slots.")
    {
        BuildAdd(environment),
    };

    private static AdminCommand BuildAdd(CommandEnvironment environment)
    {
        var name = new Argument<string>("NAME") { Description = "The slot: token, or its name under Slots." };
        var command = new AdminCommand(
            "add-root-key",
            "Wraps the root key for a further slot's token, so that a node can start by it alone.",
            AdminRoles.SecurityOfficer)
        {
            name,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var token = Open(bench, parsed.GetValue(name)!);
            if (RootKeys.Serves(bench.Store.Read(static connection => connection.RootKeys.List()), token))
            {
                throw new CommandException($"The root key is wrapped for {token.Info} already.");
            }

            cancellationToken.ThrowIfCancellationRequested();
            var row = await AddAsync(bench, token).ConfigureAwait(false);
            Answer(bench, token, (WrapMechanism)row.Mechanism);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Token Open(Workbench bench, string name)
    {
        var slots = bench.Composition.Slots;
        var slot = slots.All.FirstOrDefault(slot => string.Equals(slot.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new CommandException(
                $"There is no slot \"{name}\"; the settings have {string.Join(", ", slots.All.Select(s => s.Name))}.");
        if (!slots.TryOpen(slot))
        {
            slot.ThrowFault();
        }

        return slot.Token!;
    }

    /// <summary>Of two that do it at a time, one adds the copy.</summary>
    private static async Task<RootKeyRow> AddAsync(Workbench bench, Token token)
    {
        var time = bench.Composition.Time;
        var row = bench.Composition.RootKey.WrapFor(token, time);
        try
        {
            await bench.Loop
                .WriteAsync(
                    connection =>
                    {
                        if (RootKeys.Serves(connection.RootKeys.List(), token))
                        {
                            throw new CommandException($"The root key is wrapped for {token.Info} already.");
                        }

                        connection.RootKeys.Insert(row);
                        AuditTrail.Append(connection, new AuditRecord
                        {
                            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
                            Event = AuditEvent.RootKeyCreated,
                            Detail = $"copy, {(WrapMechanism)row.Mechanism}, token serial {row.TokenSerial}",
                            Actor = bench.Actor,
                        });
                        return true;
                    },
                    CancellationToken.None)
                .ConfigureAwait(false);
            return row;
        }
        catch
        {
            // Known not to be in the store: else the copy that is there would lose its key.
            if (!bench.Store.Read(static connection => connection.RootKeys.List())
                .Any(copy => copy.WrappingKeyId.AsSpan().SequenceEqual(row.WrappingKeyId)))
            {
                RootKey.Discard(token, row);
            }

            throw;
        }
    }

    private static void Answer(Workbench bench, Token token, WrapMechanism mechanism)
    {
        if (bench.Reply.Json)
        {
            bench.Reply.Write(
                new RootKeyCopyDocument(token.Info.Label, token.Info.SerialNumber, mechanism.ToString()),
                CommandJson.Default.RootKeyCopyDocument);
        }

        bench.Reply.Say($"The root key is wrapped for {token.Info} too ({mechanism}).");
    }
}
