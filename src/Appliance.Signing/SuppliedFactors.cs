namespace Appliance.Signing;

/// <summary>
/// What a caller sent to prove the signer's will: each is null where nothing was sent. No record, so that it is never
/// printed.
/// </summary>
public sealed class SuppliedFactors
{
    /// <summary>Nothing at all.</summary>
    public static SuppliedFactors None { get; } = new();

    /// <summary>
    /// The one-time password: of the signer's authenticator or sent to it, as the credential asks for; never both.
    /// </summary>
    public string? OneTimePassword { get; init; }

    /// <summary>The signer's PIN.</summary>
    public string? Pin { get; init; }
}
