using System.Globalization;
using System.Security.Cryptography;

namespace Appliance.Ledger.Auditing;

/// <summary>
/// What records say of seals, read again by the verification: "seal 7", or "seal 7 with time stamp HASH", SHA-256 of
/// the token in hexadecimal. The seal's own signature does not cover its time stamp; the next seal covers this record.
/// </summary>
internal static class SealText
{
    private const string Before = "seal ";
    private const string Between = " with time stamp ";

    public static string Of(long number) => string.Create(CultureInfo.InvariantCulture, $"{Before}{number}");

    public static string Of(long number, byte[]? timestamp)
        => timestamp is null ? Of(number) : Of(number) + Between + Convert.ToHexStringLower(SHA256.HashData(timestamp));

    /// <summary>Reads it.</summary>
    /// <param name="text">A record's detail.</param>
    /// <param name="number">The seal's.</param>
    /// <param name="timestamp">SHA-256 of its time stamp; empty when it was made without.</param>
    public static bool TryParseSeal(string text, out long number, out byte[] timestamp)
    {
        (number, timestamp) = (0, []);
        if (!text.StartsWith(Before, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = text.AsSpan(Before.Length);
        var end = rest.IndexOf(Between, StringComparison.Ordinal);
        if (end >= 0)
        {
            timestamp = new byte[SHA256.HashSizeInBytes];
            if (Convert.FromHexString(rest[(end + Between.Length)..], timestamp, out _, out var length)
                    != System.Buffers.OperationStatus.Done
                || length != timestamp.Length)
            {
                return false;
            }

            rest = rest[..end];
        }

        return long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
