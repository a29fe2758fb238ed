namespace Appliance.Storage;

/// <summary>Where a signer is reached.</summary>
/// <param name="SignerId">The signer.</param>
/// <param name="Email">An address; null for none.</param>
/// <param name="Phone">E.164, with the plus sign; null for none.</param>
/// <param name="Language">Two letters of ISO 639-1.</param>
/// <param name="Mac">Over everything else in the row.</param>
public sealed record ContactRow(Guid SignerId, string? Email, string? Phone, string Language, byte[] Mac);
