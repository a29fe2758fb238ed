namespace Appliance.Storage;

/// <summary>A signer's PIN.</summary>
/// <param name="SignerId">The signer.</param>
/// <param name="State">Active or locked.</param>
/// <param name="Wrong">Wrong PINs in a row.</param>
/// <param name="ChangedAt">When it was set, Unix milliseconds.</param>
/// <param name="Sealed">Its digest, encrypted.</param>
/// <param name="Mac">Over everything else in the row.</param>
public sealed record PinRow(Guid SignerId, FactorState State, int Wrong, long ChangedAt, byte[] Sealed, byte[] Mac);
