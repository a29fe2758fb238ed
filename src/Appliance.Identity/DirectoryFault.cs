namespace Appliance.Identity;

/// <summary>
/// Why <see cref="SignerDirectory"/>, <see cref="AdminDirectory"/> or <see cref="ClientDirectory"/> refused.
/// </summary>
public enum DirectoryFault
{
    /// <summary>The name is too short, too long, or holds a character that it may not.</summary>
    UserNameInvalid,

    /// <summary>Another signer has the user name.</summary>
    UserNameTaken,

    /// <summary>The display name is empty, too long, or holds a control character.</summary>
    DisplayNameInvalid,

    /// <summary>
    /// The e-mail address, the telephone number or the language is none, or what is kept is not genuine.
    /// </summary>
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

    /// <summary>The signer is not limited.</summary>
    NotLimited,

    /// <summary>No such profile of the signer, or it has ended.</summary>
    UnknownProfile,

    /// <summary>The profile's kind and its organisation do not go together, or its name is none.</summary>
    ProfileInvalid,

    /// <summary>No such organisation, or its row is not genuine.</summary>
    UnknownOrganisation,

    /// <summary>The organisation's name, LEI, VAT number or registration number is none.</summary>
    OrganisationInvalid,

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

    /// <summary>No such client, or it was ended.</summary>
    UnknownClient,

    /// <summary>Another client has the name.</summary>
    ClientExists,

    /// <summary>What a client should be or have is outside of what it may; the message says what.</summary>
    ClientInvalid,

    /// <summary>The client's row was changed in the store by another hand.</summary>
    ClientTampered,

    /// <summary>The client has no such secret, key, certificate or credential.</summary>
    UnknownClientPart,
}
