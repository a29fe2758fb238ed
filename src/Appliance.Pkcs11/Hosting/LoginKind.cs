namespace Appliance.Pkcs11.Hosting;

/// <summary>What a child asks its parent to log in.</summary>
internal enum LoginKind : byte
{
    /// <summary>The user, because the login was lost.</summary>
    User,

    /// <summary>One operation of a key that asks for the PIN each time.</summary>
    Operation,
}
