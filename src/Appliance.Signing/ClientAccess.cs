using System.Collections.Concurrent;
using Appliance.Storage;

namespace Appliance.Signing;

/// <summary>
/// Which credentials a client may use: those that it was given, those of its organisation, or all. What is remembered
/// is a hint that spares a look at the store; whatever opens or uses an activation asks the store in its own
/// transaction.
/// </summary>
public sealed class ClientAccess
{
    /// <summary>About 100 bytes each.</summary>
    private const int Limit = 65_536;

    private readonly Store _store;
    private readonly ClientRows _rows;
    private readonly ConcurrentDictionary<(Guid Client, Guid Credential), bool> _granted = new();
    private readonly Lock _gate = new();
    private long _version;

    /// <summary>Makes one.</summary>
    /// <param name="store">Where clients are read.</param>
    /// <param name="rows">Checks that their rows are as this installation made them.</param>
    public ClientAccess(Store store, ClientRows rows)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(rows);
        _store = store;
        _rows = rows;
    }

    /// <summary>Clients were changed: what is told of them from now on is what the store says.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _version++;
            _granted.Clear();
        }
    }

    /// <summary>Whether the client may use the credential, as far as is remembered.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="credentialId">The credential.</param>
    /// <param name="signerId">Whose it is.</param>
    public bool MayUse(Guid clientId, Guid credentialId, Guid signerId)
    {
        if (_granted.ContainsKey((clientId, credentialId)))
        {
            return true;
        }

        var version = Volatile.Read(ref _version);
        if (_store.Read(connection => Decide(connection, clientId, credentialId, signerId)) != ClientStanding.Good)
        {
            return false;
        }

        lock (_gate)
        {
            // What was read before a change is not remembered after it.
            if (version == _version)
            {
                if (_granted.Count >= Limit)
                {
                    _granted.Clear();
                }

                _granted[(clientId, credentialId)] = true;
            }
        }

        return true;
    }

    /// <summary>Whether the client may use the credential, as the connection sees it.</summary>
    public ClientStanding Decide(StoreConnection connection, Guid clientId, Guid credentialId, Guid signerId)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.Clients.Find(clientId) is not { } client || !_rows.Verify(client))
        {
            return ClientStanding.Unknown;
        }

        if (client.State != ClientState.Active)
        {
            return ClientStanding.Inactive;
        }

        return IsInReach(connection, client, credentialId, signerId) ? ClientStanding.Good : ClientStanding.OutOfReach;
    }

    /// <summary>The client's row as the connection sees it; null unless it is active, and ours.</summary>
    internal ClientRow? FindActive(StoreConnection connection, Guid clientId)
        => connection.Clients.Find(clientId) is { State: ClientState.Active } client && _rows.Verify(client)
            ? client
            : null;

    /// <summary>Whether the credential is one of those that the client, whose row is good, may use.</summary>
    internal bool IsInReach(StoreConnection connection, ClientRow client, Guid credentialId, Guid signerId)
        => client.Reach == ClientReach.All
            || (client.Reach == ClientReach.Organisation && client.OrganisationId == signerId)
            || (connection.ClientCredentials.Find(client.Id, credentialId) is { } given && _rows.Verify(given));

    /// <summary>
    /// Whether the client may act for the signer itself, as in its enrolment: it reaches all, the signer is its
    /// organisation, or it may use one of the signer's credentials.
    /// </summary>
    public bool Reaches(Guid clientId, Guid signerId)
        => _store.Read(connection => connection.Clients.Find(clientId) is { State: ClientState.Active } client
            && _rows.Verify(client)
            && (client.Reach == ClientReach.All
                || (client.Reach == ClientReach.Organisation && client.OrganisationId == signerId)))
            || List(clientId, signerId, 1).Count > 0;

    /// <summary>
    /// The credentials of one signer that the client may use, or of all that it was given and its organisation's.
    /// </summary>
    /// <param name="clientId">The client.</param>
    /// <param name="signerId">
    /// Whose; null for those of any signer, which a client that may use all cannot ask for.
    /// </param>
    /// <param name="most">At most about this many.</param>
    /// <returns>Their ids and versions, oldest first.</returns>
    internal IReadOnlyList<(Guid Id, long Version)> List(Guid clientId, Guid? signerId, int most)
        => _store.Read(connection =>
        {
            if (connection.Clients.Find(clientId) is not { State: ClientState.Active } client
                || !_rows.Verify(client))
            {
                return [];
            }

            var found = new SortedDictionary<Guid, (Guid Id, long Version)>();
            if (signerId is { } one && client.Reach == ClientReach.All)
            {
                AddOf(connection, one, found, most);
            }
            else if (client is { Reach: ClientReach.Organisation, OrganisationId: { } own }
                && own == (signerId ?? own))
            {
                AddOf(connection, own, found, most);
            }

            AddGiven(connection, clientId, signerId, found, most);
            return (IReadOnlyList<(Guid Id, long Version)>)[.. found.Values];
        });

    private static void AddOf(
        StoreConnection connection, Guid signerId, SortedDictionary<Guid, (Guid Id, long Version)> found, int most)
    {
        var after = Guid.Empty;
        while (found.Count < most)
        {
            var page = connection.Credentials.ListBySigner(signerId, after);
            foreach (var row in page)
            {
                found[row.Id] = (row.Id, row.Version);
            }

            if (page.Count == 0)
            {
                return;
            }

            after = page[^1].Id;
        }
    }

    private void AddGiven(
        StoreConnection connection,
        Guid clientId,
        Guid? signerId,
        SortedDictionary<Guid, (Guid Id, long Version)> found,
        int most)
    {
        var after = Guid.Empty;
        while (found.Count < most)
        {
            var page = connection.ClientCredentials.ListByClient(clientId, after);
            foreach (var given in page.Where(_rows.Verify))
            {
                if (connection.Credentials.Find(given.CredentialId) is { } row
                    && row.SignerId == (signerId ?? row.SignerId))
                {
                    found[row.Id] = (row.Id, row.Version);
                }
            }

            if (page.Count == 0)
            {
                return;
            }

            after = page[^1].CredentialId;
        }
    }
}
