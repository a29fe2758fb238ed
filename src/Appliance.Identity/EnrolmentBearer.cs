using Appliance.Signing;

namespace Appliance.Identity;

/// <summary>
/// In whose name something of a signer is changed: of who holds a one-time link, of a caller that may act for the
/// signer, or of an admin.
/// </summary>
/// <param name="Link">The text of a one-time link; null for the others.</param>
/// <param name="SignerId">The signer; empty where the link says it.</param>
/// <param name="ClientId">The client application, for the audit trail; empty for none.</param>
/// <param name="Actor">The admin, for the audit trail; null for none.</param>
public readonly record struct EnrolmentBearer(string? Link, Guid SignerId, Guid ClientId, string? Actor)
{
    /// <summary>Who holds a link.</summary>
    public static EnrolmentBearer OfLink(string link) => new(link, Guid.Empty, Guid.Empty, null);

    /// <summary>A caller that was found to be the signer, or to be allowed to act for it.</summary>
    public static EnrolmentBearer Of(Caller caller, Guid signerId) => new(null, signerId, caller.ClientId, null);

    /// <summary>An admin.</summary>
    public static EnrolmentBearer OfAdmin(string actor, Guid signerId) => new(null, signerId, Guid.Empty, actor);
}
