using System.Globalization;
using Appliance.Pkcs11;
using Appliance.Timestamping;

namespace Appliance.Server.Options;

/// <summary>The rules of one time-stamping unit's settings; each error names the setting and says what to do.</summary>
internal sealed class TimestampUnitRules(
    string name, TimestampUnitSettings unit, bool hasServers, List<string> errors)
{
    private const int MostPolicies = 64;
    private const int MostMicroseconds = 60_000_000;
    private const int QualifiedMicroseconds = 1_000_000;
    private const int MostVerifyOneIn = 1_000_000;

    private static readonly string[] s_sources = ["kernel", "ntp", "operator"];
    private static readonly string[] s_hashes = ["SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-384", "SHA3-512"];

    public void Check()
    {
        if (!TimestampUnitOptions.IsName(name))
        {
            errors.Add(
                $"Timestamping:Units:{name}: must be named by 1 to 63 lower-case letters, digits and hyphens, as in "
                + "/tsa/NAME.");
        }

        Require(
            !string.IsNullOrWhiteSpace(unit.Certificates),
            "Certificates",
            $"is required; give it the PEM file that `appliance timestamp unit create {name} --out FILE` writes.");
        Require(
            unit.Key is null || (unit.Key.Trim().Length > 0 && unit.Key.Length <= KeyReference.MaxLabelLength),
            "Key",
            $"must be a label of 1 to {KeyReference.MaxLabelLength} characters; leave it out for \"tsa {name}\".");
        CheckPolicies();
        CheckPromises();
        CheckClock();
        CheckAccess();
    }

    private void CheckPolicies()
    {
        const string What = "must be an object identifier such as 0.4.0.2023.1.1";
        Require(TimestampUnitOptions.IsPolicy(unit.Policy), "Policy", $"{What}.");
        var accepted = SettingList.Read(unit.AcceptedPolicies);
        foreach (var policy in accepted.Where(policy => !TimestampUnitOptions.IsPolicy(policy)))
        {
            Require(false, "AcceptedPolicies", $"\"{policy}\" {What}.");
        }

        Require(accepted.Length <= MostPolicies, "AcceptedPolicies", $"must be at most {MostPolicies}.");
    }

    private void CheckPromises()
    {
        Require(
            unit.AccuracyMicroseconds is >= 1 and <= MostMicroseconds,
            "AccuracyMicroseconds",
            string.Create(
                CultureInfo.InvariantCulture,
                $"must be 1 to {MostMicroseconds:N0}, not {unit.AccuracyMicroseconds:N0}."));
        Require(!unit.Ordering, "Ordering", "must be false: tokens are not ordered by their time.");
        Require(
            !unit.Pss,
            "Pss",
            "must be false: openssl ts cannot verify RSASSA-PSS; tokens have PKCS#1 v1.5 signatures.");
        var hashes = SettingList.Read(unit.Hashes);
        Require(
            unit.Hashes is null || hashes.Length > 0,
            "Hashes",
            $"names none; name some of {string.Join(", ", s_hashes)}, or leave it out for all.");
        foreach (var hash in hashes.Except(s_hashes, StringComparer.Ordinal))
        {
            Require(false, "Hashes", $"\"{hash}\" is not served; name some of {string.Join(", ", s_hashes)}.");
        }

        Require(
            unit.SignatureHash is null or "SHA256" or "SHA384" or "SHA512",
            "SignatureHash",
            "must be SHA256, SHA384 or SHA512; leave it out for that which fits the key.");
        Require(
            unit.VerifyOneIn is >= 1 and <= MostVerifyOneIn,
            "VerifyOneIn",
            string.Create(
                CultureInfo.InvariantCulture, $"must be 1 to {MostVerifyOneIn:N0}, not {unit.VerifyOneIn:N0}."));
    }

    private void CheckClock()
    {
        var sources = SettingList.Read(unit.ClockSources);
        var advice = $"name one or several of {string.Join(", ", s_sources)}.";
        Require(sources.Length > 0, "ClockSources", $"names none; {advice}");
        foreach (var source in sources.Except(s_sources, StringComparer.Ordinal))
        {
            Require(false, "ClockSources", $"\"{source}\" is unknown; {advice}");
        }

        var asksServers = sources.Contains("ntp", StringComparer.Ordinal);
        Require(
            !asksServers || hasServers,
            "ClockSources",
            "ntp needs servers; name some in Timestamping:Clock:NtpServers.");
        Require(
            !unit.Qualified || asksServers,
            "ClockSources",
            "must have ntp, since the unit is Qualified; name servers in Timestamping:Clock:NtpServers.");
        Require(
            !unit.Qualified || unit.AccuracyMicroseconds <= QualifiedMicroseconds,
            "AccuracyMicroseconds",
            string.Create(
                CultureInfo.InvariantCulture,
                $"must be at most {QualifiedMicroseconds:N0}, since the unit is Qualified (EN 319 421 clause 7.7.1)."));
    }

    private void CheckAccess()
    {
        Require(unit.Access is "open" or "clients", "Access", "must be open or clients.");
        Require(
            !unit.RequireTransaction || unit.Access is "clients",
            "RequireTransaction",
            "needs Access clients: only a client application has transactions.");
    }

    private void Require(bool isRight, string setting, string advice)
    {
        if (!isRight)
        {
            errors.Add($"Timestamping:Units:{name}:{setting}: {advice}");
        }
    }
}
