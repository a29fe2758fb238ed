using System.Globalization;
using Appliance.Identity;
using Appliance.Server.Admin;
using Appliance.Server.Hosting;
using Appliance.Server.Options;

namespace Appliance.Server.Commands.Checks;

/// <summary>Somebody may work the command line, their rows are genuine, and the socket can be made.</summary>
internal static class AdminChecks
{
    private const string Name = "admins";

    public static void Examine(CheckList list, Composition composition, ApplianceOptions options)
    {
        list.Look(Name, () => ExamineRows(list, composition));
        list.Look("admin socket", () => ExamineSocket(list, options));
    }

    private static void ExamineRows(CheckList list, Composition composition)
    {
        var admins = composition.Admins;
        var (rows, lacksOfficer) = composition.Store.Read(
            connection => (connection.Admins.List(), admins.LacksOfficer(connection)));
        var forged = rows.Where(row => !admins.Verify(row)).Select(row => row.UserName).ToList();
        if (forged.Count > 0)
        {
            list.Fail(
                Name, $"Changed behind the appliance's back: {string.Join(", ", forged)}; add or remove them anew.");
        }
        else if (lacksOfficer)
        {
            list.Warn(
                Name,
                "Nobody is a security officer yet, so that every command is open to the store's owner; make the first: "
                + $"appliance admin add --user NAME --roles {AdminRoleNames.Of(AdminRoles.All)}.");
        }
        else
        {
            var active = rows.Count(row => AdminDirectory.DecideUnverified(row, AdminRoles.None) == AdminDecision.Ok);
            list.Ok(Name, string.Create(CultureInfo.InvariantCulture, $"{active}, as they were made"));
        }
    }

    private static void ExamineSocket(CheckList list, ApplianceOptions options)
    {
        if (AdminSocketPath.Of(options) is not { } path)
        {
            list.Warn("admin socket", "There is none, so that a server cannot be asked; set Admin:Socket.");
            return;
        }

        AdminSocketFile.CheckDirectory(path);
        if (!string.IsNullOrWhiteSpace(options.Admin.Group) && OsUsers.GroupIdOf(options.Admin.Group) is null)
        {
            list.Fail("admin socket", $"There is no group {options.Admin.Group} on this system; correct Admin:Group.");
            return;
        }

        list.Ok("admin socket", path);
    }
}
