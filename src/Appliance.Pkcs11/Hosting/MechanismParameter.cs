namespace Appliance.Pkcs11.Hosting;

/// <summary>How a mechanism's parameter goes over the wire.</summary>
internal enum MechanismParameter : byte
{
    /// <summary>Bytes without pointers, perhaps none.</summary>
    Plain,

    /// <summary>CK_GCM_PARAMS.</summary>
    Gcm,

    /// <summary>CK_RSA_PKCS_OAEP_PARAMS.</summary>
    Oaep,
}
