namespace Appliance.Storage;

/// <summary>One of the things that a client may prove itself with.</summary>
/// <param name="Id">Its id, for people and the audit trail.</param>
/// <param name="ClientId">Whose.</param>
/// <param name="Kind">What it is, and what <paramref name="Material"/> holds.</param>
/// <param name="State">Whether it was withdrawn.</param>
/// <param name="ValidFrom">Unix milliseconds.</param>
/// <param name="ValidUntil">Unix milliseconds; good before it.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="KeyId">The kid of a public key; empty for none.</param>
/// <param name="Material">Never the secret itself.</param>
/// <param name="Mac">Over all the rest.</param>
public sealed record ClientSecretRow(
    Guid Id,
    Guid ClientId,
    ClientSecretKind Kind,
    ClientSecretState State,
    long ValidFrom,
    long ValidUntil,
    long CreatedAt,
    string KeyId,
    byte[] Material,
    byte[] Mac);
