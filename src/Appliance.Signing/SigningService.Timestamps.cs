using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Signing;

/// <content>Who pays for time stamps.</content>
public sealed partial class SigningService
{
    /// <summary>
    /// Decides who pays for a time stamp and takes it, durably: the time stamp may be made when this is done, unless it
    /// is <see cref="TimestampTaking.Exhausted"/>.
    /// </summary>
    /// <param name="signerId">For whom.</param>
    /// <param name="clientId">The client application that asks; empty for none.</param>
    /// <param name="credentialId">
    /// Whose package is drawn on where no signature has paid for it; null for the signer's oldest one that has
    /// something left. A signer none of whose credentials is metered pays for nothing.
    /// </param>
    /// <param name="algorithm">The algorithm of the imprint.</param>
    /// <param name="imprint">RFC 3161 messageImprint.hashedMessage, as long as the algorithm says.</param>
    /// <param name="cancellationToken">Gives up waiting; what was taken stays taken.</param>
    /// <exception cref="ArgumentException">The imprint has another length.</exception>
    /// <exception cref="LedgerOverloadedException">More waits than may.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public ValueTask<TimestampTaking> TakeTimestampAsync(
        Guid signerId,
        Guid clientId,
        Guid? credentialId,
        ImprintAlgorithm algorithm,
        ReadOnlyMemory<byte> imprint,
        CancellationToken cancellationToken)
    {
        var request = new TimestampRequest(
            signerId,
            clientId,
            connection => FindMetered(connection, signerId, credentialId),
            algorithm,
            imprint,
            Now());
        return _ledger.WriteAsync(
            connection => _activations.Packages.TakeTimestamp(connection, request), cancellationToken);
    }

    /// <summary>A row that another hand changed counts as metered: it shall free nobody from paying.</summary>
    private List<Guid> FindMetered(StoreConnection connection, Guid signerId, Guid? credentialId)
    {
        // Somebody else's credential is as none: naming one that pays for nothing frees nobody.
        var named = credentialId is { } id ? connection.Credentials.Find(id) : null;
        IReadOnlyList<CredentialRow> rows = named?.SignerId == signerId
            ? [named]
            : connection.Credentials.ListBySigner(signerId);
        var metered = new List<Guid>();
        foreach (var row in rows)
        {
            if (row.Metered || !_isOurs(row))
            {
                metered.Add(row.Id);
            }
        }

        return metered;
    }
}
