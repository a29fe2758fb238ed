namespace Appliance.Signing;

/// <summary>What the beginning of a bulk activation gives.</summary>
/// <param name="Status">Ok or the reason of the refusal.</param>
/// <param name="ActivationId">By which it is filled and closed; it authorises nothing yet.</param>
/// <param name="ExpiresIn">Seconds by when it must be closed; 0 unless Ok.</param>
public readonly record struct BulkOpenResult(SigningStatus Status, Guid ActivationId, int ExpiresIn);
