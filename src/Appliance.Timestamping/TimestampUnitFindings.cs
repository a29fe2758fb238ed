namespace Appliance.Timestamping;

/// <summary>What a check of a unit has found, for the start, <c>doctor</c> and a daily look.</summary>
/// <param name="Errors">It cannot issue.</param>
/// <param name="Warnings">It will not be able to for much longer.</param>
public sealed record TimestampUnitFindings(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings)
{
    /// <summary>Certificate and key can be used until then; null where there is no certificate.</summary>
    public DateTimeOffset? UsableTo { get; init; }
}
