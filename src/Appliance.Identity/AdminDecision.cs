namespace Appliance.Identity;

/// <summary>Whether somebody may carry out a command.</summary>
public enum AdminDecision
{
    /// <summary>It may.</summary>
    Ok,

    /// <summary>It is no admin, or none any more.</summary>
    NoAdmin,

    /// <summary>Its row was not written by this installation: somebody edited the store.</summary>
    Tampered,

    /// <summary>It is an admin without any of the roles that the command asks for.</summary>
    RoleMissing,
}
