namespace Appliance.Server.Admin;

/// <summary>A user of the operating system.</summary>
/// <param name="Id">The uid.</param>
/// <param name="Name">Its name; <c>#UID</c> where the system has none, as in a container.</param>
internal sealed record OsUser(uint Id, string Name)
{
    private const uint OverflowId = 65_534;

    public bool IsRoot => Id == 0;

    /// <summary>
    /// True for the uid that the kernel tells where it cannot map the true one (user namespaces): it may be anybody.
    /// </summary>
    public bool IsNobody => Id == OverflowId;
}
