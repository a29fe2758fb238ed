namespace Appliance.Factors;

/// <summary>What a code that is sent is for; each has a life of its own. The numbers are stored.</summary>
public enum CodePurpose
{
    /// <summary>Proves the telephone when the account is activated, 10 minutes (service-behaviours B1).</summary>
    Activation = 0,

    /// <summary>Lets an authenticator be paired, for the first time or again, 10 minutes (B2).</summary>
    Pairing = 1,

    /// <summary>Lets a new password be chosen, 10 minutes (B3).</summary>
    Recovery = 2,

    /// <summary>First step of a change of telephone, by e-mail, 5 minutes (B4).</summary>
    PhoneChange = 3,

    /// <summary>Second step of a change of telephone, to the new number, 5 minutes (B5).</summary>
    NewPhone = 4,

    /// <summary>Authorises signatures, 5 minutes.</summary>
    Signing = 5,
}
