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
        => IncludesAll(connection, caller, signerId) || CredentialsOf(connection, caller, signerId).Count > 0;

    /// <summary>
    /// False for a client that was given single credentials of the signer: what it has and does through others, maybe
    /// another organisation's, is not told.
    /// </summary>
    public bool IncludesAll(StoreConnection connection, Caller caller, Guid signerId)
        => caller.IsClient
            ? access.Decide(connection, caller.ClientId, Guid.Empty, signerId) == ClientStanding.Good
            : caller.SignerId == signerId;

    /// <summary>Those of the signer's credentials that the caller may use.</summary>
    public IReadOnlyList<CredentialRow> CredentialsOf(StoreConnection connection, Caller caller, Guid signerId)
        =>
        [
            .. connection.Credentials.ListBySigner(signerId).Where(row => caller.IsClient
                ? access.Decide(connection, caller.ClientId, row.Id, signerId) == ClientStanding.Good
                : caller.SignerId == signerId),
        ];
}
