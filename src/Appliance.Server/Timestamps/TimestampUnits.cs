using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Server.Options;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>Makes units of settings, certificates and the token's keys.</summary>
internal static class TimestampUnits
{
    /// <summary>The same on several tokens: one that has the key is enough.</summary>
    /// <param name="name">The unit's.</param>
    /// <param name="settings">They have passed their rules.</param>
    /// <param name="tokens">At least one, logged in.</param>
    /// <param name="now">Time of the look.</param>
    public static UnitExamination Examine(
        string name, TimestampUnitSettings settings, IEnumerable<Token> tokens, DateTimeOffset now)
    {
        UnitExamination? first = null;
        foreach (var token in tokens)
        {
            var found = Examine(name, settings, token, now);
            if (found.Errors.Count == 0 || first is null)
            {
                first?.Dispose();
                first = found;
            }
            else
            {
                found.Dispose();
            }

            if (first.Errors.Count == 0)
            {
                break;
            }
        }

        return first ?? throw new InvalidOperationException("No token is up.");
    }

    /// <summary>
    /// Looks at all that a unit needs: its settings, its certificates, its key in the token, by its label alone: a
    /// token may hold many thousands of others. The caller disposes what comes back.
    /// </summary>
    /// <param name="name">The unit's.</param>
    /// <param name="settings">They have passed their rules.</param>
    /// <param name="token">Logged in.</param>
    /// <param name="now">Time of the look.</param>
    public static UnitExamination Examine(
        string name, TimestampUnitSettings settings, Token token, DateTimeOffset now)
    {
        var errors = new List<string>();
        var options = OptionsOf(name, settings);
        var certificates = LoadCertificates(name, settings, errors);
        var findings = new TimestampUnitFindings([], []);
        var key = default(KeyReference);
        if (certificates.Count > 0 && PublicKeyOf(name, settings, certificates[0], errors) is { } wanted)
        {
            key = FindKey(name, settings, token, wanted, errors);
            findings = TimestampUnit.Check(options, key ?? wanted, certificates, now);
        }

        return new UnitExamination
        {
            Name = name,
            Options = options,
            Certificates = certificates,
            Key = key,
            Errors = [.. errors, .. findings.Errors.Select(error => $"Timestamping:Units:{name}: {error}")],
            Warnings = findings.Warnings,
            UsableTo = findings.UsableTo,
        };
    }

    /// <summary>The units, the default one first.</summary>
    public static IEnumerable<KeyValuePair<string, TimestampUnitSettings>> InOrder(TimestampingSettings settings)
        => settings.Units
            .OrderBy(unit => unit.Key != settings.Default)
            .ThenBy(unit => unit.Key, StringComparer.Ordinal);

    /// <summary>The unit's options.</summary>
    public static TimestampUnitOptions OptionsOf(string name, TimestampUnitSettings settings) => new()
    {
        Name = name,
        DefaultPolicy = settings.Policy,
        AcceptedPolicies = SettingList.Read(settings.AcceptedPolicies),
        Accuracy = AccuracyOf(settings.AccuracyMicroseconds),
        Ordering = settings.Ordering,
        ImprintAlgorithms = settings.Hashes is null
            ? new TimestampUnitOptions { Name = name, DefaultPolicy = settings.Policy }.ImprintAlgorithms
            : [.. SettingList.Read(settings.Hashes).Select(hash => new HashAlgorithmName(hash))],
        IncludesName = settings.Named,
        IsQualified = settings.Qualified,
        Sources = SourcesOf(settings.ClockSources),
        SignatureHash = settings.SignatureHash is { } hash ? new HashAlgorithmName(hash) : null,
        UsesPss = settings.Pss,
        VerifyOneIn = settings.VerifyOneIn,
    };

    private static IReadOnlyList<X509Certificate2> LoadCertificates(
        string name, TimestampUnitSettings settings, List<string> errors)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(settings.Certificates);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException
            or ArgumentException)
        {
            errors.Add($"Timestamping:Units:{name}:Certificates: {error.Message}");
            return [];
        }

        if (certificates.Count == 0)
        {
            errors.Add(
                $"Timestamping:Units:{name}:Certificates: {settings.Certificates} has no certificate in PEM; put the "
                + "unit's there, then its CA's.");
        }

        return [.. certificates];
    }

    /// <summary>Which key the certificate is for; the id is not known yet.</summary>
    private static KeyReference? PublicKeyOf(
        string name, TimestampUnitSettings settings, X509Certificate2 certificate, List<string> errors)
    {
        try
        {
            return new KeyReference([0], settings.LabelFor(name), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            errors.Add(
                $"Timestamping:Units:{name}:Certificates: the first certificate's key is not served; a unit's is RSA "
                + "(not for RSASSA-PSS alone) with 2048 to 4096 bits, or EC on P-256 or P-384.");
            return null;
        }
    }

    private static KeyReference? FindKey(
        string name, TimestampUnitSettings settings, Token token, KeyReference wanted, List<string> errors)
    {
        var setting = $"Timestamping:Units:{name}:Key";
        try
        {
            var pairs = token.FindPairs(wanted.Label);
            if (pairs.Select(pair => Prove(token, pair, wanted)).FirstOrDefault(key => key is not null) is { } found)
            {
                return found;
            }

            errors.Add(pairs.Count > 0
                ? $"{setting}: the token's key \"{wanted.Label}\" is not that of the first certificate in "
                    + $"{settings.Certificates}; set the one or the other."
                : $"{setting}: the token has no private key \"{wanted.Label}\"; make one by: appliance timestamp unit "
                    + $"create {name} --algorithm P-256 --out FILE"
                    + $"{(settings.Key is null ? "" : $" --key \"{settings.Key}\"")}");
        }
        catch (Pkcs11Exception error)
        {
            errors.Add($"{setting}: the token's key \"{wanted.Label}\" does not sign: {error.Message}");
        }

        return null;
    }

    /// <summary>The key of a pair when a signature proves that it is the wanted one.</summary>
    private static KeyReference? Prove(Token token, TokenKeyPair pair, KeyReference wanted)
    {
        var spki = wanted.SubjectPublicKeyInfo;
        if (!pair.CanSign || pair.Id.Length is 0 or > KeyReference.MaxIdLength
            || (pair.PublicKeys.Count > 0 && !pair.PublicKeys.Any(known => known.AsSpan().SequenceEqual(spki.Span))))
        {
            return null;
        }

        var key = new KeyReference(pair.Id, wanted.Label, spki.Span);
        return token.Prove(pair, key) ? key : null;
    }

    private static TimestampAccuracy AccuracyOf(int microseconds)
        => new(microseconds / 1_000_000, microseconds / 1_000 % 1_000, microseconds % 1_000);

    private static ClockSources SourcesOf(string text)
    {
        var sources = ClockSources.Wall;
        foreach (var source in SettingList.Read(text))
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
}
