namespace Appliance.Storage;

/// <summary>The last link that was sent to a signer for a purpose and subject.</summary>
/// <param name="SignerId">The signer.</param>
/// <param name="Purpose">What it is for, as the caller numbers it.</param>
/// <param name="Subject">What it is about; empty for nothing in particular.</param>
/// <param name="Hash">SHA-256 of the link's text.</param>
/// <param name="State">What it is worth.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
/// <param name="Mac">Over everything else in the row.</param>
public sealed record OneTimeLinkRow(
    Guid SignerId,
    int Purpose,
    Guid Subject,
    byte[] Hash,
    OneTimeLinkState State,
    long CreatedAt,
    long ExpiresAt,
    byte[] Mac);
