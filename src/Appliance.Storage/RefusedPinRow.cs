namespace Appliance.Storage;

/// <summary>A PIN that a token refused, so that it is not tried again.</summary>
/// <param name="TokenSerial">The token.</param>
/// <param name="Salt">Salt of the digest.</param>
/// <param name="Iterations">Iterations of the digest.</param>
/// <param name="Digest">A slow digest of the PIN.</param>
/// <param name="At">Unix milliseconds.</param>
public sealed record RefusedPinRow(string TokenSerial, byte[] Salt, int Iterations, byte[] Digest, long At);
