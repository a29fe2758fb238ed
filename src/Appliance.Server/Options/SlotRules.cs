using Appliance.Pkcs11;

namespace Appliance.Server.Options;

/// <summary>The rules of the group's slots: Token, which is the first of them, and those of Slots.</summary>
internal static class SlotRules
{
    public const string InProcess = "inProcess";
    public const string Process = "process";

    /// <summary>What the slot of the section Token is called.</summary>
    public const string FirstName = "token";

    /// <summary>A job marks the slots it has tried in 64 bits.</summary>
    private const int MostSlots = 64;

    private const int LongestName = 32;

    public static void Check(ApplianceOptions options, List<string> errors)
    {
        Check("Token", options.Token, errors);
        if (options.Token.Dispatch is not (null or "workers" or "inline"))
        {
            errors.Add("Token:Dispatch: must be workers or inline.");
        }

        Range(errors, "Token:VerifyOneIn", options.Token.VerifyOneIn, 1, 1_000_000);
        Range(errors, "Token:CallLimitSeconds", options.Token.CallLimitSeconds, 1, 600);
        foreach (var (name, slot) in options.Slots)
        {
            CheckName(name, errors);
            Check($"Slots:{name}", slot, errors);
            if (slot.Dispatch is not null
                && !string.Equals(slot.Dispatch, options.Token.Dispatch ?? "workers", StringComparison.Ordinal))
            {
                errors.Add($"Slots:{name}:Dispatch: a group signs in one way; leave it out, Token:Dispatch says it.");
            }
        }

        foreach (var name in options.Slots.Where(slot => slot.Value.AdaptiveConcurrency).Select(slot => slot.Key))
        {
            errors.Add($"Slots:{name}:AdaptiveConcurrency: is the group's; set Token:AdaptiveConcurrency.");
        }

        if (options.Slots.Count >= MostSlots)
        {
            errors.Add(FormattableString.Invariant($"Slots: a group has at most {MostSlots} slots, with Token's."));
        }

        CheckShared(options, errors);
    }

    private static void CheckName(string name, List<string> errors)
    {
        if (name.Length is 0 or > LongestName
            || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
        {
            errors.Add(
                $"Slots:{name}: a slot's name must have 1 to 32 letters, digits, dots, hyphens or underscores.");
        }
        else if (string.Equals(name, FirstName, StringComparison.OrdinalIgnoreCase))
        {
            errors.Add($"Slots:{name}: is what the slot of the section Token is called; give this one another name.");
        }
    }

    private static void Range(List<string> errors, string name, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            errors.Add(FormattableString.Invariant($"{name}: must be {least} to {most}, not {value}."));
        }
    }

    private static void Check(string at, TokenSettings slot, List<string> errors)
    {
        Require(errors, $"{at}:Module", slot.Module, "give it the path of the PKCS#11 library");
        Require(errors, $"{at}:Token", slot.Token, "give it the token's label, serial:NUMBER or a pkcs11: URI");
        if (string.IsNullOrEmpty(slot.PinFile) == string.IsNullOrEmpty(slot.PinEnvironment))
        {
            errors.Add($"{at}:PinFile, {at}:PinEnvironment: set exactly one of the two.");
        }

        Range(errors, $"{at}:Sessions", slot.Sessions, 0, 1_024);

        if (slot.Profile is not null && VendorProfile.Find(slot.Profile) is null)
        {
            errors.Add(
                $"{at}:Profile: must be one of {string.Join(", ", VendorProfile.All.Select(known => known.Name))}, or "
                + "be left out.");
        }

        if (slot.Hosting is not (InProcess or Process))
        {
            errors.Add($"{at}:Hosting: must be {InProcess} or {Process}.");
        }
        else if (slot.IsHosted && !OperatingSystem.IsLinux())
        {
            errors.Add($"{at}:Hosting: {Process} is there on Linux only; set {InProcess}.");
        }
        else if (!slot.IsHosted && slot.Environment.Count > 0)
        {
            errors.Add($"{at}:Environment: is a child process's; set {at}:Hosting to {Process}, or leave it out.");
        }

        foreach (var name in slot.Environment.Keys)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal))
            {
                errors.Add($"{at}:Environment:{name}: is no name of a variable.");
            }
        }
    }

    /// <summary>C_Initialize is once per process and library.</summary>
    private static void CheckShared(ApplianceOptions options, List<string> errors)
    {
        var seen = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, slot) in options.AllSlots().Where(slot => !slot.Value.IsHosted))
        {
            if (!seen.TryAdd(slot.Module, slot.Parameters)
                && !string.Equals(seen[slot.Module], slot.Parameters, StringComparison.Ordinal))
            {
                errors.Add(
                    $"Slots:{name}:Parameters: {slot.Module} is loaded once per process and takes one text; give all "
                    + $"slots of it the same, or set Hosting to {Process}.");
            }
        }
    }

    private static void Require(List<string> errors, string name, string? value, string advice)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            errors.Add($"{name}: is required; {advice}.");
        }
    }
}
