using System.Collections.Concurrent;
using Appliance.Storage;

namespace Appliance.Signing.Credentials;

/// <summary>
/// Credentials in bounded memory. A hint only (decision 11): the reservation transaction reads status and version
/// again, so what stays here too long can refuse nothing less than the store does.
/// </summary>
internal sealed class CredentialCache(Store store, Func<CredentialRow, bool> linkHolds)
{
    /// <summary>
    /// A credential takes about 3 kB with its chain: 150 MB of resident memory allow far fewer than these.
    /// </summary>
    private const int Limit = 16_384;

    private readonly ConcurrentDictionary<Guid, Credential> _byId = new();

    /// <summary>
    /// The credential, or null when there is none. <paramref name="tampered"/> tells that the row exists but its link
    /// to the key does not carry this installation's MAC: somebody edited the store.
    /// </summary>
    public Credential? Find(Guid id, out bool tampered)
    {
        tampered = false;
        if (_byId.TryGetValue(id, out var cached))
        {
            return cached;
        }

        var row = store.Read(id, static (connection, id) => connection.Credentials.Find(id));
        if (row is null)
        {
            return null;
        }

        if (!linkHolds(row))
        {
            tampered = true;
            return null;
        }

        var credential = new Credential(row);
        if (_byId.Count >= Limit)
        {
            // Everything goes at once: eviction order is not worth bookkeeping on every signature.
            _byId.Clear();
        }

        _byId[id] = credential;
        return credential;
    }

    /// <summary>
    /// The credential of this version, read anew when another one is remembered; null when there is none.
    /// </summary>
    public Credential? FindVersion(Guid id, long version)
    {
        var credential = Find(id, out _);
        if (credential is not null && credential.Version != version)
        {
            Forget(id);
            credential = Find(id, out _);
        }

        return credential;
    }

    /// <summary>Drops a credential that was changed.</summary>
    public void Forget(Guid id) => _byId.TryRemove(id, out _);
}
