using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Server.Options;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>Makes units of settings, certificates and the token's keys.</summary>
internal static class TimestampUnits
{
    /// <summary>The label of a unit's key where the settings name none.</summary>
    public static string LabelOf(string name) => $"tsa {name}";

    /// <summary>The label of a unit's key.</summary>
    public static string LabelOf(string name, TimestampUnitSettings settings) => settings.Key ?? LabelOf(name);

    /// <summary>The unit's options.</summary>
    /// <exception cref="OptionsException">They cannot be.</exception>
    public static TimestampUnitOptions OptionsOf(string name, TimestampUnitSettings settings) => new()
    {
        Name = name,
        DefaultPolicy = settings.Policy,
        AcceptedPolicies = List(settings.AcceptedPolicies),
        Accuracy = AccuracyOf(settings.AccuracyMicroseconds),
        Ordering = settings.Ordering,
        ImprintAlgorithms = settings.Hashes is null
            ? new TimestampUnitOptions { Name = name, DefaultPolicy = settings.Policy }.ImprintAlgorithms
            : [.. List(settings.Hashes).Select(hash => new HashAlgorithmName(hash))],
        IncludesName = settings.Named,
        IsQualified = settings.Qualified,
        Sources = SourcesOf(settings.ClockSources),
        SignatureHash = settings.SignatureHash is { } hash ? new HashAlgorithmName(hash) : null,
        UsesPss = settings.Pss,
        VerifyOneIn = settings.VerifyOneIn,
    };

    /// <summary>The certificates of a unit's file, its own first.</summary>
    /// <exception cref="OptionsException">There is no such file, or no certificate in it.</exception>
    public static IReadOnlyList<X509Certificate2> LoadCertificates(string name, TimestampUnitSettings settings)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(settings.Certificates);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException
            or ArgumentException)
        {
            throw new OptionsException([$"Timestamping:Units:{name}:Certificates: {error.Message}"]);
        }

        return certificates.Count > 0
            ? [.. certificates]
            : throw new OptionsException([$"Timestamping:Units:{name}:Certificates: has no certificate in PEM."]);
    }

    /// <summary>The key of a certificate in the token, by its label.</summary>
    /// <exception cref="OptionsException">The token has no such key.</exception>
    public static KeyReference FindKey(
        string name, TimestampUnitSettings settings, Token token, X509Certificate2 certificate)
    {
        var label = LabelOf(name, settings);
        var pairs = token.FindPairs(label);
        if (pairs.Count == 0)
        {
            throw new OptionsException(
            [
                $"Timestamping:Units:{name}:Key: the token has no private key \"{label}\"; "
                    + $"make one by: appliance timestamp unit create {name}",
            ]);
        }

        var spki = certificate.PublicKey.ExportSubjectPublicKeyInfo();
        return pairs
            .Where(pair => pair is { CanSign: true, Id.Length: > 0 and <= KeyReference.MaxIdLength }
                && (pair.PublicKeys.Count == 0 || pair.PublicKeys.Any(known => known.AsSpan().SequenceEqual(spki))))
            .Select(pair => (Pair: pair, Key: new KeyReference(pair.Id, label, spki)))
            .FirstOrDefault(found => token.Prove(found.Pair, found.Key)).Key
            ?? throw new OptionsException(
                [$"Timestamping:Units:{name}:Key: the token's key \"{label}\" is not the certificate's."]);
    }

    private static TimestampAccuracy AccuracyOf(int microseconds)
        => new(microseconds / 1_000_000, microseconds / 1_000 % 1_000, microseconds % 1_000);

    private static ClockSources SourcesOf(string text)
    {
        var sources = ClockSources.Wall;
        foreach (var source in List(text))
        {
            sources |= source switch
            {
                "kernel" => ClockSources.Kernel,
                "ntp" => ClockSources.Sntp,
                "operator" => ClockSources.Operator,
                _ => ClockSources.None,
            };
        }

        return sources;
    }

    private static string[] List(string? text)
        => text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
