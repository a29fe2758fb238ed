namespace Appliance.Identity;

/// <summary>Why <see cref="SignerDirectory"/> or <see cref="AdminDirectory"/> refused.</summary>
public enum DirectoryFault
{
    /// <summary>The name is too short, too long, or holds a character that it may not.</summary>
    UserNameInvalid,

    /// <summary>Another signer has the user name.</summary>
    UserNameTaken,

    /// <summary>The display name is empty, too long, or holds a control character.</summary>
    DisplayNameInvalid,

    /// <summary>The e-mail address, the telephone number or the language is none.</summary>
    ContactInvalid,

    /// <summary>The signer's data were erased; nothing of it is changed any more.</summary>
    SignerErased,

    /// <summary>The signer is not in the state that this takes.</summary>
    StateInvalid,

    /// <summary>It is an organisation, which has no personal data.</summary>
    NotAPerson,

    /// <summary>The password does not meet the policy.</summary>
    PasswordRefused,

    /// <summary>No such signer.</summary>
    UnknownSigner,

    /// <summary>Too many passwords or writes are waiting. Retry later.</summary>
    Overloaded,

    /// <summary>No such admin.</summary>
    UnknownAdmin,

    /// <summary>There is such an admin already.</summary>
    AdminExists,

    /// <summary>No role, or one that does not exist.</summary>
    RolesInvalid,

    /// <summary>Who asks is no security officer.</summary>
    NotSecurityOfficer,

    /// <summary>Nobody would be left who may change the admins.</summary>
    LastSecurityOfficer,
}
