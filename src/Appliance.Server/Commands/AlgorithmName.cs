using System.Globalization;
using Appliance.Pkcs11;

namespace Appliance.Server.Commands;

/// <summary>Key algorithms as people write them.</summary>
internal static class AlgorithmName
{
    private static readonly (string Name, KeyAlgorithm Algorithm)[] s_all =
    [
        ("RSA-2048", KeyAlgorithm.Rsa2048),
        ("RSA-3072", KeyAlgorithm.Rsa3072),
        ("RSA-4096", KeyAlgorithm.Rsa4096),
        ("P-256", KeyAlgorithm.EcP256),
        ("P-384", KeyAlgorithm.EcP384),
        ("P-521", KeyAlgorithm.EcP521),
    ];

    /// <summary>All names, for help texts.</summary>
    public static string[] All => [.. s_all.Select(entry => entry.Name)];

    public static KeyAlgorithm Parse(string name)
    {
        foreach (var entry in s_all)
        {
            if (string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return entry.Algorithm;
            }
        }

        throw new CommandException($"There is no key algorithm \"{name}\"; use one of {string.Join(", ", All)}.");
    }

    public static string Of(KeyReference key)
        => string.Create(CultureInfo.InvariantCulture, $"{(key.IsRsa ? "RSA" : "P")}-{key.KeySizeBits}");

    public static string Of(KeyAlgorithm algorithm)
    {
        foreach (var entry in s_all)
        {
            if (entry.Algorithm == algorithm)
            {
                return entry.Name;
            }
        }

        return algorithm.ToString();
    }
}
