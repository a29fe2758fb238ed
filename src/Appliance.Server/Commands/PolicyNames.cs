using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>Kinds of profile and policies of credentials as people write them.</summary>
internal static class PolicyNames
{
    private const string None = "none";

    private static readonly (string Name, ProfileKind Value)[] s_kinds =
    [
        ("person", ProfileKind.Person),
        ("employee", ProfileKind.Employee),
        ("representative", ProfileKind.Representative),
        ("organisation", ProfileKind.Organisation),
    ];

    private static readonly (string Name, ExtensionPolicy Value)[] s_extensions =
    [
        ("none", ExtensionPolicy.None),
        ("nested", ExtensionPolicy.Nested),
        ("seal", ExtensionPolicy.Seal),
    ];

    private static readonly (string Name, SadReuse Value)[] s_reuses =
    [
        ("until-exhausted", SadReuse.UntilExhausted),
        ("one-shot", SadReuse.OneShot),
    ];

    private static readonly (string Name, CredentialFactors Value)[] s_factors =
    [
        ("totp", CredentialFactors.Totp),
        ("pin", CredentialFactors.Pin),
        ("code", CredentialFactors.Code),
        ("approval", CredentialFactors.Approval),
    ];

    public static string[] Kinds => [.. s_kinds.Select(entry => entry.Name)];

    public static string[] Extensions => [.. s_extensions.Select(entry => entry.Name)];

    public static string[] Factors => [.. s_factors.Select(entry => entry.Name)];

    public static string[] Reuses => [.. s_reuses.Select(entry => entry.Name)];

    public static ProfileKind ParseKind(string? name) => Parse(s_kinds, name, "kind of signer");

    public static ExtensionPolicy ParseExtension(string? name) => Parse(s_extensions, name, "extension policy");

    public static SadReuse ParseReuse(string? name) => Parse(s_reuses, name, "SAD reuse policy");

    /// <summary>Names with commas between them, or <c>none</c>.</summary>
    public static CredentialFactors ParseFactors(string names)
    {
        var factors = CredentialFactors.None;
        if (!string.Equals(names, None, StringComparison.OrdinalIgnoreCase))
        {
            foreach (var name in names.Split(',', StringSplitOptions.TrimEntries))
            {
                factors |= Parse(s_factors, name, "factor");
            }
        }

        return factors;
    }

    public static string Of(CredentialFactors value) => value == CredentialFactors.None
        ? None
        : string.Join(',', s_factors.Where(entry => value.HasFlag(entry.Value)).Select(entry => entry.Name));

    public static string Of(ExtensionPolicy value) => Array.Find(s_extensions, entry => entry.Value == value).Name;

    public static string Of(SadReuse value) => Array.Find(s_reuses, entry => entry.Value == value).Name;

    private static T Parse<T>((string Name, T Value)[] all, string? name, string what)
    {
        foreach (var entry in all)
        {
            if (string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return entry.Value;
            }
        }

        throw new CommandException(
            $"There is no {what} \"{name}\"; use one of {string.Join(", ", all.Select(entry => entry.Name))}.");
    }
}
