using System.Globalization;
using Appliance.Identity.Admins;
using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// Who may work the command line: users of the operating system, with roles. Each row carries a MAC. What changes
/// something runs in the caller's transaction, decides there on what the store says now, and leaves an audit record
/// that names the admin who did it.
/// </summary>
public sealed class AdminDirectory
{
    private const int MaximumName = 64;

    /// <summary>Written by every change, first of all: nodes that share a store change the admins one by one.</summary>
    private const string Changed = "admin.changed";

    private readonly AdminMac _mac;
    private readonly TimeProvider _time;

    /// <summary>Makes a directory.</summary>
    /// <param name="key">The key derived for the rows of admins, 32 bytes; it must outlive this.</param>
    /// <param name="time">The clock.</param>
    public AdminDirectory(ReadOnlyMemory<byte> key, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _mac = new AdminMac(key);
        _time = time;
    }

    /// <summary>Whether this row lets its admin do what asks for one of these roles.</summary>
    /// <param name="row">What the store has under the caller's name.</param>
    /// <param name="anyOf">The roles of which one is enough; none at all for what every admin may do.</param>
    public AdminDecision Decide(AdminRow? row, AdminRoles anyOf)
        => row is not null && !_mac.Verify(row) ? AdminDecision.Tampered : DecideUnverified(row, anyOf);

    /// <summary>
    /// As <see cref="Decide"/>, without the MAC: for who could read the store's file itself, and only to read.
    /// </summary>
    public static AdminDecision DecideUnverified(AdminRow? row, AdminRoles anyOf)
    {
        if (row is not { State: AdminState.Active })
        {
            return AdminDecision.NoAdmin;
        }

        return anyOf == AdminRoles.None || ((AdminRoles)row.Roles & anyOf) != AdminRoles.None
            ? AdminDecision.Ok
            : AdminDecision.RoleMissing;
    }

    /// <summary>True while no row of a security officer is genuine: the first one is still to be made.</summary>
    public bool LacksOfficer(StoreConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return !connection.Admins.List().Any(IsOfficer);
    }

    /// <summary>False for a row that this installation did not write.</summary>
    public bool Verify(AdminRow row) => _mac.Verify(row);

    /// <summary>Adds an admin, also one that was removed before.</summary>
    /// <param name="connection">Of an open transaction.</param>
    /// <param name="userName">1 to 64 characters, no white space, colon or control character.</param>
    /// <param name="roles">One at least.</param>
    /// <param name="actor">Who does it: a security officer, or anybody while there is none.</param>
    /// <exception cref="DirectoryException">Refused; the fault and the message say why.</exception>
    public AdminRow Add(StoreConnection connection, string userName, AdminRoles roles, string actor)
    {
        ArgumentNullException.ThrowIfNull(connection);
        CheckName(userName);
        CheckRoles(roles);
        Lock(connection);
        var first = LacksOfficer(connection);
        if (first && !roles.HasFlag(AdminRoles.SecurityOfficer))
        {
            throw new DirectoryException(
                DirectoryFault.LastSecurityOfficer,
                "There is no security officer yet; give the first admin the role security-officer too.");
        }

        if (!first)
        {
            RequireOfficer(connection, actor);
        }

        var known = connection.Admins.Find(userName);
        if (known is { State: AdminState.Active } && _mac.Verify(known))
        {
            throw new DirectoryException(
                DirectoryFault.AdminExists, $"{userName} is an admin already; see: appliance admin set-roles.");
        }

        var now = Now();
        return Write(
            connection,
            new AdminRow(userName, (int)roles, AdminState.Active, now, now, []),
            AuditEvent.AdminAdded,
            Describe(userName, roles),
            actor);
    }

    /// <summary>Replaces an admin's roles.</summary>
    /// <inheritdoc cref="Add"/>
    public AdminRow SetRoles(StoreConnection connection, string userName, AdminRoles roles, string actor)
    {
        CheckRoles(roles);
        var row = FindToChange(connection, userName, roles, actor);
        return Write(
            connection,
            row with { Roles = (int)roles, ChangedAt = Now() },
            AuditEvent.AdminChanged,
            Describe(userName, roles),
            actor);
    }

    /// <summary>Removes an admin; its row stays.</summary>
    /// <inheritdoc cref="Add"/>
    public AdminRow Remove(StoreConnection connection, string userName, string actor)
    {
        var row = FindToChange(connection, userName, AdminRoles.None, actor);
        return Write(
            connection,
            row with { Roles = 0, State = AdminState.Removed, ChangedAt = Now() },
            AuditEvent.AdminRemoved,
            userName,
            actor);
    }

    /// <summary>Puts the refusal of a command into the audit trail.</summary>
    /// <param name="connection">Of an open transaction.</param>
    /// <param name="time">The clock.</param>
    /// <param name="actor">Who tried.</param>
    /// <param name="detail">Which command and why; fixed text.</param>
    public static void RecordRefusal(StoreConnection connection, TimeProvider time, string actor, string detail)
    {
        ArgumentNullException.ThrowIfNull(time);
        Record(connection, time, AuditEvent.AdminRefused, AuditOutcome.Refused, detail, actor);
    }

    private static void CheckName(string name)
    {
        if (name is not { Length: > 0 and <= MaximumName }
            || name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == ':'))
        {
            throw new DirectoryException(
                DirectoryFault.UserNameInvalid,
                $"An admin's name is that of a user of this system, 1 to {MaximumName} characters, no white space.");
        }
    }

    private static void CheckRoles(AdminRoles roles)
    {
        if (roles == AdminRoles.None || (roles & ~AdminRoles.All) != AdminRoles.None)
        {
            throw new DirectoryException(
                DirectoryFault.RolesInvalid, $"Give one role at least of {string.Join(", ", AdminRoleNames.All)}.");
        }
    }

    private static string Describe(string userName, AdminRoles roles) => $"{userName}: {AdminRoleNames.Of(roles)}";

    private static void Record(
        StoreConnection connection,
        TimeProvider time,
        AuditEvent happened,
        AuditOutcome outcome,
        string detail,
        string actor)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Event = happened,
            Outcome = outcome,
            Detail = detail,
            Actor = actor,
        });

    private bool IsOfficer(AdminRow row)
        => DecideUnverified(row, AdminRoles.SecurityOfficer) == AdminDecision.Ok && _mac.Verify(row);

    private void Lock(StoreConnection connection)
        => connection.Meta.Set(Changed, _time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));

    /// <summary>In the transaction: the actor may have been removed since the command began.</summary>
    private void RequireOfficer(StoreConnection connection, string actor)
    {
        if (connection.Admins.Find(actor) is not { } row || !IsOfficer(row))
        {
            throw new DirectoryException(
                DirectoryFault.NotSecurityOfficer, $"{actor} is no security officer; only one may change the admins.");
        }
    }

    private AdminRow FindToChange(StoreConnection connection, string userName, AdminRoles roles, string actor)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Lock(connection);
        RequireOfficer(connection, actor);
        if (connection.Admins.Find(userName) is not { State: AdminState.Active } row)
        {
            throw new DirectoryException(
                DirectoryFault.UnknownAdmin, $"{userName} is no admin; see: appliance admin list.");
        }

        var othersLeft = connection.Admins.List()
            .Any(other => !string.Equals(other.UserName, userName, StringComparison.Ordinal) && IsOfficer(other));
        return roles.HasFlag(AdminRoles.SecurityOfficer) || othersLeft
            ? row
            : throw new DirectoryException(
                DirectoryFault.LastSecurityOfficer,
                $"{userName} is the last security officer; make another one first.");
    }

    private AdminRow Write(
        StoreConnection connection, AdminRow row, AuditEvent happened, string detail, string actor)
    {
        var signed = _mac.Sign(row);
        connection.Admins.Upsert(signed);
        Record(connection, _time, happened, AuditOutcome.Ok, detail, actor);
        return signed;
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
