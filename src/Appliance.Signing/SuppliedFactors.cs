namespace Appliance.Signing;

/// <summary>
/// What a caller sent to prove the signer's will: each is null where nothing was sent. No record, so that it is never
/// printed.
/// </summary>
public sealed class SuppliedFactors
{
    /// <summary>Nothing at all.</summary>
    public static SuppliedFactors None { get; } = new();

    /// <summary>The code of the signer's authenticator.</summary>
    public string? OneTimePassword { get; init; }

    /// <summary>The signer's PIN.</summary>
    public string? Pin { get; init; }

    /// <summary>The code that was sent to the signer.</summary>
    public string? Code { get; init; }
}
