namespace Appliance.Storage;

/// <summary>What a caller may do. The bits are stored.</summary>
[Flags]
public enum ClientOperations
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>credentials/list and credentials/info.</summary>
    Read = 1,

    /// <summary>Everything that leads to a SAD: authorize, getChallenge, sendOTP, extendTransaction, bulk.</summary>
    Authorize = 2,

    /// <summary>signatures/signHash in all its forms.</summary>
    Sign = 4,

    /// <summary>Time stamps.</summary>
    Timestamp = 8,

    /// <summary>Signers' factors: invitations, pairing, reset, recovery, change of telephone.</summary>
    Enrol = 16,

    /// <summary>Signers, profiles and packages: adding them, limiting them, reading what is left.</summary>
    Manage = 32,

    /// <summary>Approving or denying in a signer's name, after the client has made sure of the signer itself.</summary>
    Approve = 64,

    /// <summary>Activations that are TLS logins and not signatures of documents.</summary>
    TlsLogin = 128,

    /// <summary>The appliance's slots: reading how they are, taking them out of service and back.</summary>
    Operate = 256,

    /// <summary>What a signer that signed in by itself may do.</summary>
    Signer = Read | Authorize | Sign | Timestamp | Enrol | TlsLogin,

    /// <summary>All of them.</summary>
    All = Signer | Manage | Approve | Operate,
}
