using System.Globalization;
using System.Text;
using Appliance.Pkcs11.Policy;

namespace Appliance.Pkcs11.Tests.Policy;

/// <summary>docs/vendors.md is what the data says. ACCEPT_CONTRACT=1 writes the tables anew.</summary>
public sealed class VendorDocumentTests
{
    private const string Begin = "<!-- from the data -->";

    [Fact]
    public void The_tables_of_the_document_are_the_data()
    {
        var path = PathOf();
        var document = File.ReadAllText(path);
        var head = document[..(document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)];
        var expected = head + "\n" + Write();
        if (Environment.GetEnvironmentVariable("ACCEPT_CONTRACT") == "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.Equal(expected, File.ReadAllText(path));
    }

    [Fact]
    public void Every_value_and_every_row_names_its_source_and_every_row_is_there_once()
    {
        foreach (var profile in VendorProfile.All)
        {
            Assert.All(Values(profile), value => Assert.False(string.IsNullOrWhiteSpace(value.Source)));
            Assert.All(profile.Matches, match => Assert.False(string.IsNullOrWhiteSpace(match.Source)));
        }

        Assert.All(PolicyTable.Rows, row => Assert.False(string.IsNullOrWhiteSpace(row.Source)));
        Assert.Distinct(PolicyTable.Rows.Select(row => (row.Profile, row.Phase, row.ReturnValue)));
        Assert.All(
            PolicyTable.Rows.Where(row => row.ReturnValue.ToString().StartsWith("CKR_PIN_", StringComparison.Ordinal)),
            row => Assert.Equal(SignRecovery.DisableSlot, row.Recovery));
    }

    private static string PathOf()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Appliance.sln")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return Path.Combine(folder, "docs", "vendors.md");
    }

    private static IEnumerable<(string Name, string Value, string Source)> Values(VendorProfile profile) =>
    [
        ("most sessions", Text(profile.MaxSessions.Value), profile.MaxSessions.Source),
        ("idle time", Text(profile.IdleTimeout.Value), profile.IdleTimeout.Source),
        ("keepalive", Text(profile.KeepAlive.Value), profile.KeepAlive.Source),
        ("pace of opens", Text(profile.OpenPace.Value), profile.OpenPace.Source),
        ("parallel", profile.IsParallel.Value ? "yes" : "one session", profile.IsParallel.Source),
        ("locking", profile.Locking.Value, profile.Locking.Source),
        ("C_Finalize, C_Initialize", profile.MayReinitialize.Value ? "yes" : "no", profile.MayReinitialize.Source),
        ("RFC 5649", Hex(profile.KeyWrapPadded.Value), profile.KeyWrapPadded.Source),
    ];

    private static string Text(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "–";

    private static string Text(TimeSpan? value) => value switch
    {
        null => "–",
        { Ticks: 0 } => "–",
        { TotalSeconds: < 1 } time => $"{time.TotalMilliseconds} ms",
        { TotalMinutes: < 2 } time => $"{time.TotalSeconds} s",
        { } time => $"{time.TotalMinutes} min",
    };

    private static string Hex(uint? value) => value is { } number ? $"0x{number:X}" : "–";

    private static string Write()
    {
        var text = new StringBuilder();
        text.Append("\n## Profiles\n");
        foreach (var profile in VendorProfile.All)
        {
            WriteProfile(text, profile);
        }

        text.Append("\n## Return values\n");
        WriteRows(text, null);
        var profiles = PolicyTable.Rows.Select(row => row.Profile).OfType<string>();
        foreach (var profile in profiles.Distinct(StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {profile} alone\n");
            WriteRows(text, profile);
        }

        text.Append("\n### What no row names\n\n")
            .Append("| While | CKR_ values of the standard | vendors' own, from 0x80000000 |\n")
            .Append("|---|---|---|\n");
        foreach (var phase in Enum.GetValues<SignPhase>())
        {
            text.Append(CultureInfo.InvariantCulture, $"| {phase} | {ReturnValuePolicy.Otherwise(phase)} ")
                .Append(CultureInfo.InvariantCulture, $"| {ReturnValuePolicy.OfVendorDefined(phase)} |\n");
        }

        return text.ToString();
    }

    private static void WriteProfile(StringBuilder text, VendorProfile profile)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n### {profile.Name}\n\n");
        text.Append(profile.Matches.Count > 0 ? "Known by:\n\n"
            : profile == VendorProfile.Default ? "Where none of the others fits.\n"
            : "Taken by name only.\n");
        foreach (var match in profile.Matches)
        {
            string?[] parts =
            [
                match.File is { } file ? $"file name with `{file}`" : null,
                match.Library is { } library ? $"library `{library}`" : null,
                match.Manufacturer is { } manufacturer ? $"token's manufacturer `{manufacturer}`" : null,
                match.Model is { } model ? $"model `{model}`" : null,
            ];
            var known = string.Join(", ", parts.OfType<string>());
            text.Append(CultureInfo.InvariantCulture, $"- {known} ({match.Source})\n");
        }

        text.Append("\n| Of | Value | Says who |\n|---|---|---|\n");
        var defaults = Values(VendorProfile.Default).ToList();
        var own = Values(profile).Where(value => profile == VendorProfile.Default || !defaults.Contains(value));
        foreach (var value in own)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {value.Name} | {value.Value} | {value.Source} |\n");
        }

        if (profile != VendorProfile.Default)
        {
            text.Append("| all others | as default | |\n");
        }
    }

    private static void WriteRows(StringBuilder text, string? profile)
    {
        text.Append("\n| Value | While | What is done | Why |\n|---|---|---|---|\n");
        foreach (var group in PolicyTable.Rows
            .Where(row => row.Profile == profile)
            .GroupBy(row => (row.Recovery, row.Source)))
        {
            var values = group.Select(row => row.ReturnValue.ToString()).Distinct(StringComparer.Ordinal);
            var phases = group.Select(row => row.Phase).Distinct();
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(", ", values)} | {string.Join(", ", phases)} ")
                .Append(CultureInfo.InvariantCulture, $"| {group.Key.Recovery} | {group.Key.Source} |\n");
        }
    }
}
