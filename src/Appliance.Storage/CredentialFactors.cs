namespace Appliance.Storage;

/// <summary>
/// What a signer must give to authorise signatures of a credential: all that are set. The bits are stored and covered
/// by the credential's MAC.
/// </summary>
[Flags]
public enum CredentialFactors
{
    /// <summary>
    /// Nothing: the client's authentication is enough. For seals of organisations, through clients that may use them.
    /// </summary>
    None = 0,

    /// <summary>A code of the signer's authenticator (RFC 6238).</summary>
    Totp = 1,

    /// <summary>The signer's PIN.</summary>
    Pin = 2,

    /// <summary>
    /// A code that is sent to the signer (CSC <c>ChallengeResponse</c>; version 1's OTP of type online).
    /// </summary>
    Code = 4,

    /// <summary>
    /// The signer's approval out of band. With <see cref="Totp"/> or <see cref="Code"/> beside it, in place of these
    /// when the caller sends none of them.
    /// </summary>
    Approval = 8,
}
