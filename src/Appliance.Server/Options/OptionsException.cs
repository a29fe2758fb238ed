namespace Appliance.Server.Options;

/// <summary>The settings are wrong; the message names every fault and what to do about it.</summary>
internal sealed class OptionsException(IReadOnlyList<string> faults) : Exception(Describe(faults))
{
    /// <summary>A sentence each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;

    private static string Describe(IReadOnlyList<string> faults)
    {
        var count = faults.Count == 1 ? "One setting is wrong" : $"{faults.Count} settings are wrong";
        return $"{count} (file, APPLIANCE__SECTION__NAME in the environment, or --set Section:Name=VALUE):"
            + string.Concat(faults.Select(fault => $"{Environment.NewLine}  - {fault}"));
    }
}
