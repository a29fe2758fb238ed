namespace Appliance.Pkcs11;

/// <summary>The memory of one PIN that a token refused. The PIN cannot be read from it without guessing.</summary>
/// <param name="TokenSerial">Serial number of the token.</param>
/// <param name="Salt">16 random bytes.</param>
/// <param name="Iterations">PBKDF2 iterations.</param>
/// <param name="Digest">32 bytes: PBKDF2-HMAC-SHA-512 of serial, a zero byte and PIN.</param>
/// <param name="At">When it was refused.</param>
public sealed record RefusedPin(string TokenSerial, byte[] Salt, int Iterations, byte[] Digest, DateTimeOffset At);
