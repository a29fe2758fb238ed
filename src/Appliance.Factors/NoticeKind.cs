namespace Appliance.Factors;

/// <summary>
/// What a message to a signer says; each kind has a template per language. The numbers are stored. In brackets: the
/// values that the template takes.
/// </summary>
public enum NoticeKind
{
    /// <summary>E-mail: set up the authenticator (link).</summary>
    PairingLink = 0,

    /// <summary>SMS: the code that pairs an authenticator (code).</summary>
    PairingCode = 1,

    /// <summary>E-mail: activate the account (link).</summary>
    ActivationLink = 2,

    /// <summary>SMS: the code that proves the telephone at the activation (code).</summary>
    ActivationCode = 3,

    /// <summary>E-mail: choose a new password (link).</summary>
    RecoveryLink = 4,

    /// <summary>SMS: the code of a password recovery (code).</summary>
    RecoveryCode = 5,

    /// <summary>E-mail: the first code of a change of telephone (code).</summary>
    PhoneChangeCode = 6,

    /// <summary>SMS to the new number: the second code of a change of telephone (code).</summary>
    NewPhoneCode = 7,

    /// <summary>E-mail: the telephone was changed (oldPhone, newPhone, both masked).</summary>
    PhoneChanged = 8,

    /// <summary>E-mail: the authenticator is locked after wrong codes; how to pair again (link).</summary>
    FactorLocked = 9,

    /// <summary>E-mail or SMS: the code that authorises signatures (code, operation, client).</summary>
    SigningCode = 10,

    /// <summary>E-mail: approve or deny (link, operation, labels, digests, client,
    /// count).</summary>
    ApprovalLink = 11,

    /// <summary>E-mail: transactions are running out (remaining, total, credential).</summary>
    PackageLow = 12,

    /// <summary>E-mail: the signer was limited or restored (state).</summary>
    SignerLimited = 13,
}
