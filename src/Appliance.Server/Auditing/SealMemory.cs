using System.Globalization;
using Appliance.Storage;

namespace Appliance.Server.Auditing;

/// <summary>
/// The newest seal's number and hash in a file of this node: who can write the database alone cannot take the last seal
/// away, and what it covers, without that being noticed.
/// </summary>
internal static class SealMemory
{
    public static void Write(string path, AuditSealRow seal)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{seal.Number} {Convert.ToHexStringLower(seal.Hash)}\n");
        try
        {
            File.WriteAllText($"{path}.new", text);
            File.Move($"{path}.new", path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is a second witness; the seal itself is stored.
        }
    }

    /// <summary>What was remembered; null when nothing was.</summary>
    public static (long Number, ReadOnlyMemory<byte> Hash)? Read(string path)
    {
        try
        {
            var parts = File.ReadAllText(path).Trim().Split(' ');
            return parts.Length == 2
                ? (long.Parse(parts[0], CultureInfo.InvariantCulture), Convert.FromHexString(parts[1]))
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
