namespace Appliance.Identity;

/// <summary>Why <see cref="SignerDirectory"/> refused.</summary>
public enum DirectoryFault
{
    /// <summary>The user name is too short, too long, or holds a colon or a control character.</summary>
    UserNameInvalid,

    /// <summary>Another signer has the user name.</summary>
    UserNameTaken,

    /// <summary>The display name is empty, too long, or holds a control character.</summary>
    DisplayNameInvalid,

    /// <summary>The password does not meet the policy.</summary>
    PasswordRefused,

    /// <summary>No such signer.</summary>
    UnknownSigner,

    /// <summary>Too many passwords or writes are waiting. Retry later.</summary>
    Overloaded,
}
