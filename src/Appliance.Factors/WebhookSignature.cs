using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Factors;

/// <summary>
/// Signatures of Standard Webhooks (specification 1.0, "Signature scheme", v1): HMAC-SHA-256 over id, timestamp and
/// body, parted by full stops.
/// </summary>
public static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int FewestBytes = 24;
    private const int MostBytes = 64;
    private const int MostSecrets = 2;

    /// <summary>A secret a line: whsec_ and base64 of 24 to 64 bytes; one, or two while it is changed.</summary>
    /// <exception cref="FormatException">It is not that; the message repeats nothing of it.</exception>
    internal static IReadOnlyList<byte[]> Parse(string text)
    {
        var secrets = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(ParseOne)
            .ToList();
        return secrets.Count is >= 1 and <= MostSecrets
            ? secrets
            : throw new FormatException("The file of the webhook's secret has one line, or two while it changes.");
    }

    /// <summary>The value of webhook-signature: one for each secret, parted by blanks.</summary>
    /// <param name="secrets">Any length; they stay the caller's.</param>
    /// <param name="id">webhook-id.</param>
    /// <param name="seconds">webhook-timestamp, Unix seconds.</param>
    /// <param name="body">As it is sent.</param>
    public static string Sign(IReadOnlyList<byte[]> secrets, string id, long seconds, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}."));
        var content = new byte[head.Length + body.Length];
        head.CopyTo(content, 0);
        body.CopyTo(content.AsSpan(head.Length));
        var signatures = string.Join(
            ' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, content))));
        CryptographicOperations.ZeroMemory(content);
        return signatures;
    }

    private static byte[] ParseOne(string line)
    {
        var secret = new byte[MostBytes + 3];
        return line.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(line[Prefix.Length..], secret, out var length)
            && length is >= FewestBytes and <= MostBytes
                ? secret[..length]
                : throw new FormatException(
                    "A webhook's secret is whsec_ and base64 of 24 to 64 random bytes: "
                    + "echo whsec_$(openssl rand -base64 32).");
    }
}
