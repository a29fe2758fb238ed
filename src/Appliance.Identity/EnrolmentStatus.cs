namespace Appliance.Identity;

/// <summary>How a step of <see cref="Enrolment"/> ended.</summary>
public enum EnrolmentStatus
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>The link is none of ours, was used, replaced, or is for something else: one answer for all.</summary>
    LinkInvalid,

    /// <summary>The link's life is over.</summary>
    LinkExpired,

    /// <summary>The code of the other channel must be given first.</summary>
    NotConfirmed,

    /// <summary>There is no such signer.</summary>
    UnknownSigner,

    /// <summary>An operator limited the signer.</summary>
    SignerLimited,

    /// <summary>The signer has no e-mail address or no telephone: two channels are needed.</summary>
    ContactMissing,

    /// <summary>The telephone number is not one.</summary>
    PhoneInvalid,

    /// <summary>A code is needed and was not given.</summary>
    CodeMissing,

    /// <summary>The code is wrong.</summary>
    CodeWrong,

    /// <summary>The code is void after wrong tries.</summary>
    CodeVoid,

    /// <summary>The code's life is over.</summary>
    CodeExpired,

    /// <summary>No code is running: none was sent, or it is used.</summary>
    CodeNone,

    /// <summary>The code of the authenticator was used before.</summary>
    CodeReplayed,

    /// <summary>The authenticator or the PIN is locked.</summary>
    FactorLocked,

    /// <summary>The signer has no authenticator in the state that the step needs.</summary>
    NotPaired,

    /// <summary>To set a PIN takes the present one or a code of the authenticator.</summary>
    ProofMissing,

    /// <summary>The present PIN is wrong.</summary>
    PinWrong,

    /// <summary>The new PIN is not good enough; the reasons say why.</summary>
    PinRefused,

    /// <summary>The present password is wrong.</summary>
    PasswordWrong,

    /// <summary>The new password is not good enough; the reasons say why.</summary>
    PasswordRefused,

    /// <summary>Too many passwords are computed or writes waiting. Try again.</summary>
    Overloaded,
}
