namespace Appliance.Storage;

/// <summary>A credential that a client may use.</summary>
/// <param name="ClientId">The client.</param>
/// <param name="CredentialId">The credential.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="Mac">Over all the rest.</param>
public sealed record ClientCredentialRow(Guid ClientId, Guid CredentialId, long CreatedAt, byte[] Mac);
