namespace Appliance.Pkcs11;

/// <summary>CKO_ class of a key object. Values are those of the standard.</summary>
public enum TokenKeyClass
{
    /// <summary>CKO_PUBLIC_KEY.</summary>
    Public = 2,

    /// <summary>CKO_PRIVATE_KEY.</summary>
    Private = 3,

    /// <summary>CKO_SECRET_KEY.</summary>
    Secret = 4,
}
