namespace Appliance.Factors;

/// <summary>What a one-time link is for. The numbers are stored.</summary>
public enum LinkPurpose
{
    /// <summary>Activates the account: proves the telephone, chooses the password.</summary>
    Activation = 0,

    /// <summary>Pairs an authenticator, for the first time or again.</summary>
    Pairing = 1,

    /// <summary>Chooses a new password.</summary>
    Recovery = 2,

    /// <summary>Approves or denies what the subject says.</summary>
    Approval = 3,
}
