namespace Appliance.Factors;

/// <summary>The HMAC hash of a TOTP factor (RFC 6238 section 1.2). The numbers are those kept in the store.</summary>
public enum TotpAlgorithm
{
    /// <summary>HMAC-SHA-1, what Google and Microsoft Authenticator surely read.</summary>
    Sha1 = 1,

    /// <summary>HMAC-SHA-256.</summary>
    Sha256 = 2,

    /// <summary>HMAC-SHA-512.</summary>
    Sha512 = 3,
}
