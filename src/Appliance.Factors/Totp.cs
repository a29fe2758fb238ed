using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Factors;

/// <summary>
/// Time-based one-time passwords (RFC 6238) over HMAC-based ones (RFC 4226). Pure: holds no state, knows no clock.
/// </summary>
public static class Totp
{
    /// <summary>Fewest digits of a code (RFC 4226 section 5.3).</summary>
    public const int MinimumDigits = 6;

    /// <summary>Most digits of a code (RFC 4226 section 5.3, RFC 6238 appendix B).</summary>
    public const int MaximumDigits = 8;

    private static readonly int[] s_moduli = [1_000_000, 10_000_000, 100_000_000];

    /// <summary>The code at a time, as a signer's application shows it: ASCII digits.</summary>
    /// <param name="algorithm">The HMAC hash.</param>
    /// <param name="secret">The shared secret, raw bytes.</param>
    /// <param name="at">The time.</param>
    /// <param name="digits">6 to 8.</param>
    /// <param name="period">Seconds of one time step, 1 to 3,600.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static string Code(
        TotpAlgorithm algorithm, ReadOnlySpan<byte> secret, DateTimeOffset at, int digits = 6, int period = 30)
        => Code(algorithm, secret, Step(at, period), digits);

    /// <summary>The HOTP value of a counter (RFC 4226 section 5.3), which TOTP calls a time step.</summary>
    /// <inheritdoc cref="Code(TotpAlgorithm, ReadOnlySpan{byte}, DateTimeOffset, int, int)"/>
    public static string Code(TotpAlgorithm algorithm, ReadOnlySpan<byte> secret, long step, int digits = 6)
    {
        Span<byte> code = stackalloc byte[MaximumDigits];
        Write(algorithm, secret, step, digits, code);
        return Encoding.ASCII.GetString(code[..digits]);
    }

    /// <summary>The time step T of a time: whole periods since 1970-01-01T00:00:00Z (RFC 6238 section 4.2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is before 1970, or the period not 1 to 3,600.</exception>
    public static long Step(DateTimeOffset at, int period)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(at.ToUnixTimeSeconds(), nameof(at));
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(period, 3600);
        return at.ToUnixTimeSeconds() / period;
    }

    /// <summary>Writes the code of a step as ASCII digits into the first <paramref name="digits"/> bytes.</summary>
    internal static void Write(
        TotpAlgorithm algorithm, ReadOnlySpan<byte> secret, long step, int digits, Span<byte> code)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(digits, MinimumDigits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, MaximumDigits);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[SHA512.HashSizeInBytes];
        mac = mac[..CryptographicOperations.HmacData(HashName(algorithm), secret, counter, mac)];

        // Dynamic truncation, RFC 4226 section 5.3: the low four bits of the last byte choose 31 bits.
        var offset = mac[^1] & 0x0F;
        var value = (BinaryPrimitives.ReadInt32BigEndian(mac[offset..]) & int.MaxValue)
            % s_moduli[digits - MinimumDigits];
        for (var at = digits - 1; at >= 0; at--)
        {
            code[at] = (byte)('0' + (value % 10));
            value /= 10;
        }

        mac.Clear();
    }

    internal static HashAlgorithmName HashName(TotpAlgorithm algorithm) => algorithm switch
    {
        TotpAlgorithm.Sha1 => HashAlgorithmName.SHA1,
        TotpAlgorithm.Sha256 => HashAlgorithmName.SHA256,
        TotpAlgorithm.Sha512 => HashAlgorithmName.SHA512,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Unknown TOTP algorithm."),
    };
}
