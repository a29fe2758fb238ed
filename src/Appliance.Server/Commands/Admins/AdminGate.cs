using Appliance.Identity;
using Appliance.Server.Admin;
using Appliance.Server.Hosting;

namespace Appliance.Server.Commands.Admins;

/// <summary>
/// Whether a user of this system may run a command, by the admins in the store. Refusals are audited. A store without
/// a root key has no admins yet and is its opener's; one whose admins were never made (an upgrade) still is.
/// </summary>
internal static class AdminGate
{
    /// <summary>Lets the command pass, or refuses it.</summary>
    /// <param name="composition">The store and its keys.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="command">What for.</param>
    /// <param name="live">True for who came through a server's socket: it need not own the store.</param>
    /// <param name="cancellationToken">Gives up waiting for the audit record.</param>
    /// <returns>A warning to show, or null.</returns>
    /// <exception cref="CommandException">Refused; the message says what would help.</exception>
    public static async Task<string?> AdmitAsync(
        Composition composition,
        OsUser user,
        AdminCommand command,
        bool live,
        CancellationToken cancellationToken)
    {
        if (composition.Store.Read(static connection => connection.RootKeys.List()).Count == 0)
        {
            return null;
        }

        // Who has the store's file could read it anyway: a login to the token would prove nothing more.
        var verify = live || command.Changes;
        var admins = verify ? composition.Admins : null;
        var (lacksOfficer, decision) = composition.Store.Read(connection =>
        {
            var row = connection.Admins.Find(user.Name);
            return admins is null
                ? (connection.Admins.List().Count == 0, AdminDirectory.DecideUnverified(row, command.AnyOf))
                : (admins.LacksOfficer(connection), admins.Decide(row, command.AnyOf));
        });
        if (lacksOfficer && (!live || OwnsServer(user)))
        {
            return command.MakesAdmins
                ? null
                : "Nobody is an admin yet, so that every command is open to this user; make the first: "
                    + $"appliance admin add --user {user.Name} --roles {AdminRoleNames.Of(AdminRoles.All)}";
        }

        if (decision == AdminDecision.Ok && !user.IsNobody)
        {
            return null;
        }

        await composition.Loop.WriteAsync(
            connection =>
            {
                AdminDirectory.RecordRefusal(
                    connection, composition.Time, user.Name, $"{command.FullName}: {NameOf(decision)}");
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        throw new CommandException(Explain(decision, user, command, lacksOfficer));
    }

    /// <summary>Root, and the user that the server runs as, could take the store anyway.</summary>
    private static bool OwnsServer(OsUser user) => user.IsRoot || user.Id == OsUsers.Current().Id;

    private static string NameOf(AdminDecision decision) => decision switch
    {
        AdminDecision.Tampered => "row not genuine",
        AdminDecision.RoleMissing => "role missing",
        _ => "no admin",
    };

    private static string Explain(AdminDecision decision, OsUser user, AdminCommand command, bool lacksOfficer)
        => decision switch
        {
            AdminDecision.Tampered =>
                $"The row that makes {user.Name} an admin was changed behind the appliance's back; a security officer "
                + $"can write it anew: appliance admin add --user {user.Name} --roles ROLES.",
            AdminDecision.RoleMissing =>
                $"`appliance {command.FullName}` needs the role {AdminRoleNames.Of(command.AnyOf, " or ")}, which "
                + $"{user.Name} has not.",
            _ when lacksOfficer =>
                $"{user.Name} is no admin, and nobody is yet; the server's own user or root makes the first: "
                + "appliance admin add.",
            _ => $"{user.Name} is no admin of this appliance; a security officer can change that: appliance admin add.",
        };
}
