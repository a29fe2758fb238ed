namespace Appliance.Signing;

/// <summary>What authorize and extendTransaction give.</summary>
/// <param name="Status">Ok or the reason of the refusal.</param>
/// <param name="Sad">The SAD, base64url without padding, at most 1,024 characters; empty unless Ok.</param>
/// <param name="ExpiresIn">Seconds until the SAD expires; 0 unless Ok.</param>
public readonly record struct AuthorizeResult(SigningStatus Status, string Sad, int ExpiresIn)
{
    /// <summary>With <see cref="SigningStatus.ApprovalPending"/>: what to ask with, 43 characters; else null.</summary>
    public string? Handle { get; init; }

    /// <summary>A refusal: no SAD.</summary>
    public static AuthorizeResult Refused(SigningStatus status) => new(status, "", 0);
}
