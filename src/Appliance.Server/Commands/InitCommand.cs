using System.CommandLine;
using System.Security.Cryptography;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Server.Commands.Documents;
using Appliance.Signing.Keys;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`init`: the root key and the demo CA, once per installation.</summary>
internal static class InitCommand
{
    private const string DefaultAuthorityName = "Appliance demo CA";

    public static Command Build(CommandEnvironment environment)
    {
        var name = new Option<string>("--ca-name")
        {
            Description = "Common name of the demo CA.",
            HelpName = "NAME",
            DefaultValueFactory = static _ => DefaultAuthorityName,
        };
        var admin = new Option<string?>("--admin")
        {
            Description = "The first admin, a user of this system; it gets every role (default: who runs this).",
            HelpName = "NAME",
        };
        var command = new AdminCommand(
            "init",
            "Makes the root key and a demo CA in the token, the store, and the first admin.",
            AdminRoles.SecurityOfficer)
        {
            name, admin,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            RefuseSecond(bench.Store.Read(static connection => connection.RootKeys.List()));
            var first = AdminCommands.CheckUser(parsed.GetValue(admin) ?? environment.User.Name);
            var token = bench.Composition.Token;
            cancellationToken.ThrowIfCancellationRequested();
            var rootKey = RootKey.Create(token, environment.Time);
            using var authority = await CommitAsync(bench, rootKey, parsed.GetValue(name)!, first, environment.Time)
                .ConfigureAwait(false);
            using (await AuditSealKey.EnsureAsync(
                bench.Loop,
                bench.Store,
                token,
                bench.Composition.SealKeyMac,
                environment.Time,
                bench.Actor,
                CancellationToken.None).ConfigureAwait(false))
            {
                // Made now, so that its public key can be kept elsewhere from the first day on.
            }

            if (bench.Composition.Options.Keys.AreWrapped)
            {
                // Made now, so that tokens can be cloned with it before the first key is under it.
                await bench.Provisioning.PrepareWrappingAsync(CancellationToken.None).ConfigureAwait(false);
            }

            Answer(bench, token, rootKey, authority, first);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<DemoAuthority> CommitAsync(
        Workbench bench, RootKeyRow rootKey, string name, string admin, TimeProvider time)
    {
        var token = bench.Composition.Token;
        DemoAuthority? authority = null;
        try
        {
            authority = DemoAuthority.Create(token, name, time);
            _ = token.EnsureProbeKey();
            using var key = RootKey.Unwrap(token, [rootKey]);
            var admins = new AdminDirectory(key.Derive(KeyPurpose.AdminRows), time);
            await bench.Loop
                .WriteAsync(
                    connection =>
                    {
                        Write(connection, rootKey, authority, bench.Actor, time);
                        return admins.Add(connection, admin, AdminRoles.All, bench.Actor);
                    },
                    CancellationToken.None)
                .ConfigureAwait(false);
            return authority;
        }
        catch
        {
            if (bench.Store.Read(static connection => connection.RootKeys.List()).Count == 0)
            {
                RootKey.Discard(token, rootKey);
                authority?.Destroy();
            }

            authority?.Dispose();
            throw;
        }
    }

    private static void Write(
        StoreConnection connection, RootKeyRow rootKey, DemoAuthority authority, string actor, TimeProvider time)
    {
        RefuseSecond(connection.RootKeys.List());
        connection.RootKeys.Insert(rootKey);
        authority.Save(connection);
        AuditTrail.Append(connection, new AuditRecord
        {
            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Event = AuditEvent.RootKeyCreated,
            Detail = $"{(WrapMechanism)rootKey.Mechanism}, token serial {rootKey.TokenSerial}",
            Actor = actor,
        });
    }

    private static void RefuseSecond(IReadOnlyList<RootKeyRow> rows)
    {
        if (rows.Count > 0)
        {
            throw new CommandException(
                $"The store has a root key already (token serial {rows[0].TokenSerial}); it was initialised before.");
        }
    }

    private static void Answer(
        Workbench bench, Token token, RootKeyRow rootKey, DemoAuthority authority, string admin)
    {
        var mechanism = ((WrapMechanism)rootKey.Mechanism).ToString();
        if (bench.Reply.Json)
        {
            bench.Reply.Write(
                new InitDocument(
                    bench.Store.Location,
                    token.Info.Label,
                    token.Info.SerialNumber,
                    mechanism,
                    PemEncoding.WriteString("CERTIFICATE", authority.Certificate) + "\n",
                    admin),
                CommandJson.Default.InitDocument);
        }

        bench.Reply.Say(
            $"Store {bench.Store.Location} is ready; its root key is wrapped by {token.Info} ({mechanism}).");
        bench.Reply.Say($"The demo CA's key is in the same token; its certificate lasts until {authority.NotAfter:u}.");
        bench.Reply.Say($"{admin} is the first admin, with every role; see: appliance admin --help.");
        bench.Reply.Say("Next: appliance signer add --user NAME --name \"Full Name\"");
    }
}
