using System.Globalization;
using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Server.Options;

/// <summary>Reads the lists among the settings of packages.</summary>
internal static class PackageRules
{
    private static readonly (string Name, ImprintAlgorithm Value)[] s_imprints =
    [
        ("SHA-256", ImprintAlgorithm.Sha256),
        ("SHA-384", ImprintAlgorithm.Sha384),
        ("SHA-512", ImprintAlgorithm.Sha512),
        ("SHA3-256", ImprintAlgorithm.Sha3Of256),
        ("SHA3-384", ImprintAlgorithm.Sha3Of384),
        ("SHA3-512", ImprintAlgorithm.Sha3Of512),
    ];

    public static void Check(PackageSettings settings, List<string> errors)
    {
        Range(errors, nameof(settings.CoverHours), settings.CoverHours, 1, 8_760);
        Range(errors, nameof(settings.TlsLoginSignatures), settings.TlsLoginSignatures, 1, 64);
        Range(errors, nameof(settings.TlsLoginSeconds), settings.TlsLoginSeconds, 10, 120);
        Range(errors, nameof(settings.TlsLoginsPerDay), settings.TlsLoginsPerDay, 1, 10_000);
        if (Split(settings.LowPercents).Any(text => !TryParsePercent(text, out _)))
        {
            errors.Add("Packages:LowPercents: must be whole numbers of 0 to 100, comma-separated, such as 10,0.");
        }

        foreach (var name in Split(settings.Imprints))
        {
            if (!Array.Exists(s_imprints, entry => entry.Name == name))
            {
                errors.Add($"Packages:Imprints: there is no {name} here; use "
                    + string.Join(", ", s_imprints.Select(entry => entry.Name)) + ".");
            }
            else if (name.StartsWith("SHA3", StringComparison.Ordinal) && !SHA3_256.IsSupported)
            {
                errors.Add($"Packages:Imprints: this platform's cryptography has no {name}; take it out.");
            }
        }
    }

    public static IReadOnlyList<int> LowPercents(PackageSettings settings)
        => [.. Split(settings.LowPercents).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];

    public static IReadOnlyList<ImprintAlgorithm> Imprints(PackageSettings settings)
        => [.. Split(settings.Imprints).Select(name => Array.Find(s_imprints, entry => entry.Name == name).Value)];

    private static bool TryParsePercent(string text, out int percent)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out percent) && percent <= 100;

    private static string[] Split(string? list)
        => (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static void Range(List<string> errors, string name, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            errors.Add($"Packages:{name}: must be {low} to {high}, not {value}.");
        }
    }
}
