using Appliance.Signing.Credentials;
using Appliance.Storage;

namespace Appliance.Signing;

/// <content>
/// Clients that call in their own name. Such a caller has no signer: the credential that it works on says whose
/// signatures are made, and activation and SAD carry that signer and the client.
/// </content>
public sealed partial class SigningService
{
    /// <summary>Most credentials that one list tells.</summary>
    private const int MostListed = 10_000;

    /// <summary>
    /// The credentials that a client may use, oldest first: of the signer that it names, or all that it was given and
    /// its organisation's.
    /// </summary>
    /// <param name="caller">A client that calls in its own name.</param>
    /// <param name="userId">A signer's id or user name; null for none.</param>
    /// <returns>
    /// Null for a signer that is unknown or has no credential that the client may use: one answer, so that nobody can
    /// probe; and for a client that may use all and names no signer.
    /// </returns>
    public IReadOnlyList<CredentialInfo>? ListCredentials(Caller caller, string? userId)
    {
        if (_clients is null || !caller.IsClient)
        {
            return null;
        }

        Guid? signerId = null;
        if (userId is not null)
        {
            signerId = Guid.TryParseExact(userId, "D", out var id)
                ? id
                : _store.Read(userId, static (connection, name) => connection.Signers.FindByUserName(name))?.Id;
            if (signerId is null)
            {
                return null;
            }
        }
        else if (_store.Read(caller.ClientId, static (connection, id) => connection.Clients.Find(id))
            is { Reach: ClientReach.All })
        {
            return null;
        }

        var now = Now();
        var found = new List<CredentialInfo>();
        foreach (var (id, version) in _clients.List(caller.ClientId, signerId, MostListed))
        {
            if (_credentials.FindVersion(id, version) is { } credential)
            {
                found.Add(credential.Describe(now));
            }
        }

        return found.Count == 0 && signerId is not null ? null : found;
    }

    /// <summary>
    /// Clients were changed in this process: what is told of them from now on is what the store says.
    /// </summary>
    public void ForgetClients() => _clients?.Forget();

    /// <summary>Whether the credential is the caller's signer's, or one that the calling client may use.</summary>
    private bool MayUse(Caller caller, Credential credential)
        => caller.IsClient
            ? _clients is not null && _clients.MayUse(caller.ClientId, credential.Id, credential.SignerId)
            : credential.SignerId == caller.SignerId;

    /// <summary>In the transaction of an authorisation, before any factor: may the client still use it.</summary>
    private SigningStatus DecideClient(StoreConnection connection, Caller caller, Credential credential)
    {
        if (!caller.IsClient)
        {
            return SigningStatus.Ok;
        }

        return _clients?.Decide(connection, caller.ClientId, credential.Id, credential.SignerId) == ClientStanding.Good
            ? SigningStatus.Ok
            : SigningStatus.ClientRefused;
    }

    /// <summary>The signer of an audit record; none for a client that has named no credential of anybody.</summary>
    private static Guid? SignerOf(Caller caller) => caller.IsClient ? null : caller.SignerId;
}
