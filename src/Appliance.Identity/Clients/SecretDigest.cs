using System.Security.Cryptography;
using System.Text;

namespace Appliance.Identity.Clients;

/// <summary>
/// Client secrets in the store: a salt and SHA-256 over salt and secret. Our secrets are 256 random bits, so that there
/// is nothing to guess which a slow hash would protect.
/// </summary>
internal static class SecretDigest
{
    private const int SaltLength = 16;
    private const int Length = SaltLength + SHA256.HashSizeInBytes;

    /// <summary>Longer text is no secret of ours, and not hashed.</summary>
    private const int MostCharacters = 256;

    /// <summary>What stands in for the secret of a client that has none: no text has this digest.</summary>
    internal static byte[] Dummy { get; } = new byte[Length];

    internal static byte[] Of(string secret)
    {
        var material = new byte[Length];
        RandomNumberGenerator.Fill(material.AsSpan(0, SaltLength));
        Compute(material.AsSpan(0, SaltLength), secret, material.AsSpan(SaltLength));
        return material;
    }

    internal static bool Matches(ReadOnlySpan<byte> material, string secret)
    {
        if (material.Length != Length || secret.Length > MostCharacters)
        {
            return false;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Compute(material[..SaltLength], secret, digest);
        return CryptographicOperations.FixedTimeEquals(digest, material[SaltLength..]);
    }

    private static void Compute(ReadOnlySpan<byte> salt, string secret, Span<byte> digest)
    {
        var text = Encoding.UTF8.GetBytes(secret);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(salt);
        hash.AppendData(text);
        hash.GetHashAndReset(digest);
        CryptographicOperations.ZeroMemory(text);
    }
}
