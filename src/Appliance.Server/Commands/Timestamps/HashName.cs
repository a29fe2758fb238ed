using System.Security.Cryptography;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>Hash algorithms of imprints, as the settings write them.</summary>
internal static class HashName
{
    private static readonly HashAlgorithmName[] s_all =
    [
        HashAlgorithmName.SHA256,
        HashAlgorithmName.SHA384,
        HashAlgorithmName.SHA512,
        HashAlgorithmName.SHA3_256,
        HashAlgorithmName.SHA3_384,
        HashAlgorithmName.SHA3_512,
    ];

    /// <summary>By its name; SHA-256 is SHA256 too.</summary>
    /// <exception cref="CommandException">There is none of that name.</exception>
    public static HashAlgorithmName Parse(string name)
    {
        foreach (var known in s_all)
        {
            if (string.Equals(Plain(known.Name!), Plain(name), StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        throw new CommandException(
            $"There is no hash algorithm \"{name}\" for time stamps; use one of "
            + $"{string.Join(", ", s_all.Select(known => known.Name))}.");
    }

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);
}
