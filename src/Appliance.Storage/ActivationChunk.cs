namespace Appliance.Storage;

/// <summary>Hashes of a bulk activation that is being filled, in the order of their ordinals.</summary>
/// <param name="First">The first one's ordinal.</param>
/// <param name="Count">How many.</param>
/// <param name="DigestLength">Bytes of each.</param>
/// <param name="IsFilled">Every one of them has its row.</param>
/// <param name="Mac">Over the activation's id, first, length and hashes.</param>
/// <param name="Hashes">One after the other.</param>
public readonly record struct ActivationChunk(
    int First, int Count, int DigestLength, bool IsFilled, UInt128 Mac, byte[] Hashes);
