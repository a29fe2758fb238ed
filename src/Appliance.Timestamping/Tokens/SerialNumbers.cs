using System.Security.Cryptography;

namespace Appliance.Timestamping.Tokens;

/// <summary>
/// Serial numbers: 158 random bits below a one, so that each is positive and has 20 octets (RFC 3161 section 2.4.2 asks
/// clients for no more). Two equal ones in 2^64 tokens have a chance of 1 in 2^31; nothing is counted, so nothing has
/// to be remembered over restarts or agreed on by nodes.
/// </summary>
internal static class SerialNumbers
{
    public const int Length = 20;
    private const int Ahead = 64;

    [ThreadStatic]
    private static byte[]? s_random;

    [ThreadStatic]
    private static int s_left;

    /// <summary>A new one. Random octets are fetched for several at once: a call to the generator costs most.</summary>
    public static void Fill(Span<byte> serial)
    {
        if (s_left == 0)
        {
            s_random ??= new byte[Ahead * Length];
            RandomNumberGenerator.Fill(s_random);
            s_left = Ahead;
        }

        s_left--;
        s_random.AsSpan(s_left * Length, Length).CopyTo(serial);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
    }
}
