using Appliance.Storage;

namespace Appliance.Identity.Tokens;

/// <summary>A token's row and those of whom it belongs to, of one moment.</summary>
/// <param name="Row">The token; null for none.</param>
/// <param name="Signer">Its signer; null for a client's own token.</param>
/// <param name="Client">Its client; null for a token of no client.</param>
/// <param name="Organisation">The organisation that the client belongs to; null for none.</param>
internal readonly record struct LoadedToken(
    AccessTokenRow? Row, SignerRow? Signer, ClientRow? Client, SignerRow? Organisation)
{
    /// <summary>Nobody whom the token belongs to is limited, suspended or ended.</summary>
    internal bool IsActive
        => (Row!.SignerId == Guid.Empty || Signer is { State: SignerState.Active })
            && (Row.ClientId == Guid.Empty || Client is { State: ClientState.Active })
            && (Client?.OrganisationId is null || Organisation is { State: SignerState.Active });

    internal static LoadedToken Read(StoreConnection connection, byte[] hash)
    {
        var row = connection.AccessTokens.Find(hash);
        if (row is null)
        {
            return default;
        }

        var signer = row.SignerId == Guid.Empty ? null : connection.Signers.Find(row.SignerId);
        var client = row.ClientId == Guid.Empty ? null : connection.Clients.Find(row.ClientId);
        var organisation = client?.OrganisationId is { } id ? connection.Signers.Find(id) : null;
        return new LoadedToken(row, signer, client, organisation);
    }
}
