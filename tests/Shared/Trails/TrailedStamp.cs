using Appliance.Ledger;

namespace Appliance.Tests.Shared.Trails;

/// <summary>What the audit trail says of one time stamp.</summary>
/// <param name="Unit">Who was to make it.</param>
/// <param name="Serial">40 digits of hexadecimal.</param>
/// <param name="Policy">Dotted decimal.</param>
/// <param name="HashAlgorithm">Of the imprint, by name.</param>
/// <param name="Imprint">Hexadecimal.</param>
/// <param name="Intent">The record before it was made.</param>
internal sealed record TrailedStamp(
    string Unit, string Serial, string Policy, string HashAlgorithm, string Imprint, AuditEntry Intent)
{
    /// <summary>That it was made; null when nothing says so.</summary>
    public AuditEntry? Issued { get; set; }

    /// <summary>Its genTime, as the trail has it.</summary>
    public DateTimeOffset Time { get; set; }

    /// <summary>That it was not made; null when nothing says so.</summary>
    public AuditEntry? Failed { get; set; }
}
