namespace Appliance.Identity;

/// <summary>Roles as people write them: <c>operator,security-officer,auditor</c>.</summary>
public static class AdminRoleNames
{
    private static readonly (string Name, AdminRoles Role)[] s_all =
    [
        ("operator", AdminRoles.Operator),
        ("security-officer", AdminRoles.SecurityOfficer),
        ("auditor", AdminRoles.Auditor),
    ];

    /// <summary>All names, for help texts.</summary>
    public static IReadOnlyList<string> All { get; } = [.. s_all.Select(entry => entry.Name)];

    /// <summary>The names of the roles, in their fixed order, parted by this.</summary>
    public static string Of(AdminRoles roles, string separator = ",")
        => string.Join(separator, s_all.Where(entry => roles.HasFlag(entry.Role)).Select(entry => entry.Name));

    /// <summary>Reads a list; null when a name is none of <see cref="All"/> or there is no name at all.</summary>
    public static AdminRoles? Parse(string? text)
    {
        var roles = AdminRoles.None;
        foreach (var name in (text ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            var found = Array.Find(s_all, entry => string.Equals(entry.Name, name, StringComparison.Ordinal)).Role;
            if (found == AdminRoles.None)
            {
                return null;
            }

            roles |= found;
        }

        return roles;
    }
}
