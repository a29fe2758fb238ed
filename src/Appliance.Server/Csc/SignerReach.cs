using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Server.Csc;

/// <summary>Whose account a caller may look at or take out of service.</summary>
internal static class SignerReach
{
    /// <summary>
    /// A signer its own; a client those whose credentials it may use: all, its organisation, or the signers of the
    /// credentials that it was given.
    /// </summary>
    public static bool Includes(StoreConnection connection, Caller caller, Guid signerId)
    {
        if (!caller.IsClient)
        {
            return caller.SignerId == signerId;
        }

        return connection.Clients.Find(caller.ClientId) switch
        {
            null or { State: not ClientState.Active } => false,
            { Reach: ClientReach.All } => true,
            { Reach: ClientReach.Organisation, OrganisationId: { } own } when own == signerId => true,
            var client => connection.Credentials.ListBySigner(signerId).Any(
                row => connection.ClientCredentials.Find(client.Id, row.Id) is not null),
        };
    }
}
