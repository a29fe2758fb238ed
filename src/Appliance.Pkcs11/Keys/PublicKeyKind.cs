namespace Appliance.Pkcs11.Keys;

/// <summary>Family of a public key.</summary>
internal enum PublicKeyKind
{
    None,
    Rsa,
    Ec,
}
