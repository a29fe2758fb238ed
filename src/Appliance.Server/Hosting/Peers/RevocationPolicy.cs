namespace Appliance.Server.Hosting.Peers;

/// <summary>Whether authorities are asked (CRL, OCSP) if a client's certificate is revoked.</summary>
internal enum RevocationPolicy
{
    /// <summary>Not asked.</summary>
    Off,

    /// <summary>Asked; one whose authority does not answer is accepted.</summary>
    WhenKnown,

    /// <summary>Asked; one whose authority does not answer is refused.</summary>
    Required,
}
