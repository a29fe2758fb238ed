using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Server.Csc;

/// <summary>Whose account a caller may look at or take out of service.</summary>
internal sealed class SignerReach(ClientAccess access)
{
    /// <summary>
    /// A signer its own; a client those whose credentials it may use: all, its organisation, or the signers of the
    /// credentials that it was given.
    /// </summary>
    public bool Includes(StoreConnection connection, Caller caller, Guid signerId)
        => caller.IsClient
            ? access.Decide(connection, caller.ClientId, Guid.Empty, signerId) == ClientStanding.Good
                || connection.Credentials.ListBySigner(signerId).Any(row
                    => access.Decide(connection, caller.ClientId, row.Id, signerId) == ClientStanding.Good)
            : caller.SignerId == signerId;
}
