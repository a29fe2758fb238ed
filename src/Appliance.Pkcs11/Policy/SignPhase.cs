namespace Appliance.Pkcs11.Policy;

/// <summary>What was being done when a return value came: the same value means different things.</summary>
internal enum SignPhase
{
    /// <summary>C_Initialize, at the start and when a module is initialised anew.</summary>
    Initialize,

    /// <summary>C_OpenSession.</summary>
    OpenSession,

    /// <summary>C_Login, of the keeper or for one use of a key.</summary>
    Login,

    /// <summary>C_GetSessionInfo: does the login stand, does the session live.</summary>
    GetSessionInfo,

    /// <summary>C_FindObjectsInit, C_FindObjects and C_GetAttributeValue.</summary>
    FindObjects,

    /// <summary>C_SignInit.</summary>
    SignInit,

    /// <summary>C_Sign.</summary>
    Sign,

    /// <summary>C_UnwrapKey.</summary>
    Unwrap,
}
