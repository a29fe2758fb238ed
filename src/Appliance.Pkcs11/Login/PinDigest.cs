using System.Security.Cryptography;
using System.Text;

namespace Appliance.Pkcs11.Login;

/// <summary>
/// A PIN as it may be kept: PBKDF2-HMAC-SHA-512 with a random salt over serial, zero byte and PIN. PINs are short, so
/// the count is the one OWASP gives for passwords (210,000); it costs some 0.1 s, only after a refusal.
/// </summary>
internal static class PinDigest
{
    private const int Iterations = 210_000;
    private const int MaxIterations = 10_000_000;
    private const int SaltLength = 16;
    private const int DigestLength = 32;

    public static RefusedPin Make(string serial, ReadOnlySpan<byte> pin, DateTimeOffset at)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        return new RefusedPin(serial, salt, Iterations, Derive(serial, pin, salt, Iterations), at);
    }

    public static bool Matches(RefusedPin refused, ReadOnlySpan<byte> pin)
    {
        if (refused.Iterations is < 1 or > MaxIterations)
        {
            throw new TokenLoginException(
                TokenLoginFailure.CannotRemember,
                $"The record of a refused PIN for serial {refused.TokenSerial} is damaged.");
        }

        var digest = Derive(refused.TokenSerial, pin, refused.Salt, refused.Iterations);
        return CryptographicOperations.FixedTimeEquals(digest, refused.Digest);
    }

    private static byte[] Derive(string serial, ReadOnlySpan<byte> pin, byte[] salt, int iterations)
    {
        var name = Encoding.UTF8.GetBytes(serial);
        using var password = LockedMemory.Allocate(name.Length + 1 + pin.Length);
        name.CopyTo(password.GetSpan());
        pin.CopyTo(password.GetSpan()[(name.Length + 1)..]);
        return Rfc2898DeriveBytes.Pbkdf2(
            password.GetSpan(), salt, iterations, HashAlgorithmName.SHA512, DigestLength);
    }
}
