namespace Appliance.Storage;

/// <summary>Somebody who may work the command line.</summary>
/// <param name="UserName">The name of the operating system's user.</param>
/// <param name="Roles">Bits, as the caller defines them.</param>
/// <param name="State">Active or removed.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="ChangedAt">Unix milliseconds.</param>
/// <param name="Mac">Over everything else in the row.</param>
public sealed record AdminRow(
    string UserName, int Roles, AdminState State, long CreatedAt, long ChangedAt, byte[] Mac);
